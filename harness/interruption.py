"""Ctrl-C and SIGTERM, heard even where a library swallows them, and heard once.

Either raises ``KeyboardInterrupt`` in the main thread, wherever that is. Ray's start and callbacks
from C may drop it; what may have dropped one is followed by :func:`raise_if_interrupted`, and the
next signal raises again. While one is on its way up further signals do nothing, so that what ends
a sweep comes to its own end however often a key is pressed; one that comes long after the first
ends the process at once, as what is hanging there would not.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

EXIT_CODE = 130
"""Exit code of a command that was interrupted."""

PATIENCE_S = 10.0
"""Seconds after the first signal from which on another one does not wait for anything."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)

_first_at: float | None = None


def listen() -> None:
    """Let both signals interrupt this process, and forget earlier ones."""
    global _first_at  # noqa: PLW0603 - a signal handler has no other place
    _first_at = None
    for number in SIGNALS:
        signal.signal(number, _interrupt)


def end_deaf() -> None:
    """Ignore both signals from now on: this process ends, and Python's own end would tell of them.

    What Python ignores at its end it still prints with a traceback.
    """
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def raise_if_interrupted() -> None:
    """Raise ``KeyboardInterrupt`` if a signal has come since :func:`listen`."""
    if _first_at is not None:
        raise KeyboardInterrupt


@contextmanager
def held_back() -> Iterator[None]:
    """Hear both signals at the end, whoever else would hear them meanwhile.

    For where an exception at any moment does harm: of Python 3.11 it may leave the lock of imports
    taken, and every other thread that imports waits for ever. Another signal long after the first
    ends the process at once.
    """
    if threading.current_thread() is not threading.main_thread():  # which hears none
        yield
        return
    heard: list[tuple[float, int]] = []

    def note(number: int, _: object) -> None:
        now = time.monotonic()
        if heard and now - heard[0][0] > PATIENCE_S:
            os._exit(EXIT_CODE)
        heard.append((now, number))

    before = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if heard:
            signal.raise_signal(heard[0][1])


def tell_unraisable(unraisable: Any) -> None:
    """Print what a callback from C has dropped, but no interruption; a ``sys.unraisablehook``."""
    if not (_first_at is not None and issubclass(unraisable.exc_type, KeyboardInterrupt)):
        sys.__unraisablehook__(unraisable)


def _interrupt(*_: object) -> None:
    global _first_at  # noqa: PLW0603
    now = time.monotonic()
    if _first_at is None:
        _first_at = now
    elif _on_its_way(sys.exc_info()[1]):
        if now - _first_at > PATIENCE_S:
            os._exit(EXIT_CODE)
        return
    raise KeyboardInterrupt


def _on_its_way(error: BaseException | None) -> bool:
    """Say whether what is being handled is an interruption, or came up while one was."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None
