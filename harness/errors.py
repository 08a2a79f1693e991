"""Errors that name the mistake and the remedy; the command line prints them without a traceback."""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """Something the user can mend: a wrong key, a missing file, a run directory in use.

    The command line prints the message and exits with code 2.
    """


class CorruptFileError(UserError):
    """A file is there but cannot be what it should be (truncated, wrong magic number, torn)."""


def in_a_line(error: BaseException) -> str:
    """Return an error's class and the first line of what it says."""
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that a misspelt one most resembles, or an empty string.

    What both have in common between underscores is no resemblance: ``factor_vae`` is not a
    misspelt ``cross_vae``.
    """
    close = difflib.get_close_matches(word, list(known), n=5, cutoff=0.6)
    return next((candidate for candidate in close if _is_misspelt(word, candidate)), "")


def _is_misspelt(word: str, candidate: str) -> bool:
    own, others = word.lower().split("_"), candidate.lower().split("_")
    for part in set(own) & set(others):
        own.remove(part)
        others.remove(part)
    if not own or not others:  # vae for beta_vae
        return True
    return difflib.SequenceMatcher(None, "_".join(own), "_".join(others)).ratio() >= 0.6


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the nearest known word, or an empty string."""
    near = nearest(word, known)
    return f" Did you mean '{near}'?" if near else ""
