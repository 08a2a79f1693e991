"""Signs of life of a process that works on a trial, and the end of one that gives none any more.

What a trial does says so with :func:`beat`: a step, a batch, a metric, a piece of a dataset. A data
loader that waits for itself, or a call into a driver that never returns, says nothing; no Python
code that it interrupts could, so a thread watches, and ends the process.
"""

import faulthandler
import os
import sys
import tempfile
from collections.abc import Callable
from threading import Event, Thread

LOOKS = 20
"""How often the thread looks within the limit.

It counts its own looks, not the clock: a process that was stopped for an hour has not hung.
"""

TELL_S = 30.0
"""Seconds that telling of it may take: what hangs may be where it is told."""

EXIT_CODE = 1

HUNG = "hung: "
"""How what is told begins."""

_doing, _beats = "", 0


def beat(doing: str = "") -> None:
    """Say that this process is alive, and what it begins to do, in words; "" for the same again."""
    global _doing, _beats
    _doing, _beats = doing or _doing, _beats + 1


class Watchdog:
    """Ends this process when it is watched and silent for too long: ``with watchdog: ...``.

    The stacks of all threads go to its standard error, and with what it did last to ``tell``. A
    library that hangs and holds Python's lock stops the thread as well; a timer of Python's own
    below that lock then prints the stacks and ends the process, and nothing is told.

    Args:
        limit_s: seconds of silence; None for never.
        tell: receives what happened, in words, before the process ends; 30 s later it ends anyway.
    """

    def __init__(self, limit_s: float | None, tell: Callable[[str], None]) -> None:
        self._limit_s, self._tell = limit_s, tell
        self._watching, self._closed = False, Event()
        self._thread: Thread | None = None

    def __enter__(self) -> None:
        if self._limit_s and self._thread is None:
            self._thread = Thread(target=self._watch, args=(self._limit_s,), daemon=True)
            self._thread.start()
        beat("begin")
        self._watching = True

    def __exit__(self, *_: object) -> None:
        self._watching = False

    def close(self) -> None:
        """Watch no more, whatever follows in this process."""
        self._closed.set()
        if self._thread:
            self._thread.join()
            faulthandler.cancel_dump_traceback_later()

    def _watch(self, limit_s: float) -> None:
        silent, heard = 0, -1
        while not self._closed.wait(limit_s / LOOKS):
            # Where Python's lock is held this is not set anew, and comes true.
            faulthandler.dump_traceback_later(2 * limit_s, exit=True, file=2)
            silent = silent + 1 if self._watching and _beats == heard else 0
            heard = _beats
            if silent >= LOOKS:
                self._end(f"{HUNG}no sign of life for {limit_s:g} s, the last before it: {_doing}")

    def _end(self, what: str) -> None:
        told = f"{what}\n\n{_stacks()}"
        print(told, file=sys.stderr, flush=True)
        telling = Thread(target=self._tell, args=(told,), daemon=True)
        telling.start()
        telling.join(TELL_S)
        os._exit(EXIT_CODE)  # an exception would reach no thread that waits in a library


def _stacks() -> str:
    """Return where each thread stands, the one that hangs with them."""
    with tempfile.TemporaryFile() as file:
        faulthandler.dump_traceback(file)
        file.seek(0)
        return file.read().decode(errors="replace")
