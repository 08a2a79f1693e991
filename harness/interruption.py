"""Ctrl-C and SIGTERM, heard even where a library swallows them.

Either raises ``KeyboardInterrupt`` in the main thread, wherever that is. Ray's start and callbacks
from C may drop it; what may have dropped one is followed by :func:`raise_if_interrupted`.
"""

import signal

_requested = False


def listen() -> None:
    """Let both signals interrupt this process, and forget earlier ones."""
    global _requested  # noqa: PLW0603 - a signal handler has no other place
    _requested = False
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)


def raise_if_interrupted() -> None:
    """Raise ``KeyboardInterrupt`` if a signal has come since :func:`listen`."""
    if _requested:
        raise KeyboardInterrupt


def _interrupt(*_: object) -> None:
    global _requested  # noqa: PLW0603
    _requested = True
    raise KeyboardInterrupt
