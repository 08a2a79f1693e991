"""Command lines that are printed to be copied into a shell."""

import re
import shlex
from collections.abc import Iterable

_EXPANDED = re.compile(r'["$`\\!]')
"""Signs that a shell reads as its own between double quotes."""


def quoted(word: str) -> str:
    """Return a word as a POSIX shell reads it, in the quotes that keep it legible.

    ``shlex.quote`` alone writes every ``'`` as ``'"'"'``.
    """
    if "'" in word and not _EXPANDED.search(word):
        return f'"{word}"'
    return shlex.quote(word)


def command_line(words: Iterable[object]) -> str:
    """Return a command with its arguments, each quoted where it needs it."""
    return " ".join(quoted(str(word)) for word in words)
