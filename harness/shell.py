"""Command lines that are printed to be copied into a shell."""

import re
import shlex
from collections.abc import Iterable
from typing import Any

_EXPANDED = re.compile(r'["$`\\!]')
"""Signs that a shell reads as its own between double quotes."""

_KEYS = re.compile(r"://[^/@\s'\"]*@")
_SAFE = re.compile(r"[A-Za-z_][\w./-]*")
_KEYWORDS = ("null", "true", "false", "inf", "nan")
"""Words that Hydra's grammar reads as values unless they are quoted."""


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


def without_keys(value: Any) -> Any:
    """Return a value without the keys in its URIs: ``s3://KEY:SECRET@bucket`` is ``s3://bucket``.

    Args:
        value: a text, or texts in dictionaries and lists however deep.
    """
    if isinstance(value, dict):
        return {key: without_keys(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(without_keys(part) for part in value)
    return _KEYS.sub("://", value) if isinstance(value, str) else value


def hydra_value(value: Any) -> str:
    """Write a value in Hydra's grammar, as on the command line behind ``key=``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return f"[{','.join(map(hydra_value, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{k}:{hydra_value(v)}' for k, v in value.items())}}}"
    if isinstance(value, str) and (not _SAFE.fullmatch(value) or value.lower() in _KEYWORDS):
        escaped = value.replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)
