"""A tracker in a thread of its own: whatever it waits for or fails at stops no trial."""

import queue
import threading
from collections.abc import Callable

from harness.tracking.tracker import Tracker

MOST_WAITING = 20_000
"""Events that a tracker may be behind, such as the points of a trial's last seconds."""

PATIENCE_S = 60.0
"""Seconds that a tracker has, after the last trial, to write what it is behind."""

Event = Callable[[Tracker], None]


class Background:
    """Passes events to a tracker one after the other, from another thread.

    A tracker that raises, or is hopelessly behind, is lost: that is said once, and what follows is
    not passed on.

    Args:
        name: what the tracker is called in messages.
        open_tracker: opens it; called in the thread, as it may take a while or fail.
        say: prints a line.
        afterwards: the command that tells the tracker of all trials once they have ended.
    """

    def __init__(
        self,
        name: str,
        open_tracker: Callable[[], Tracker],
        say: Callable[[str], None],
        afterwards: str,
    ) -> None:
        self._name, self._open, self._say = name, open_tracker, say
        self._afterwards = afterwards
        self._events: queue.Queue[Event | None] = queue.Queue(MOST_WAITING)
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"log-{name}", daemon=True)
        self._thread.start()

    def __getstate__(self) -> dict[str, object]:
        """Keep nothing: Tune pickles what its callbacks hold, to restore what we never restore."""
        return {}

    def tell(self, event: Event) -> None:
        """Pass an event on; returns at once and raises nothing."""
        if self._lost.is_set():
            return
        try:
            self._events.put_nowait(event)
        except queue.Full:
            self._lose(f"it is {MOST_WAITING} events behind")

    def close(self) -> None:
        """Wait until all is written, but not for long."""
        self.tell(lambda tracker: tracker.close())
        try:
            self._events.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(PATIENCE_S)
        if self._thread.is_alive():
            self._lose(f"it was not done within {PATIENCE_S:g} s")

    def _work(self) -> None:
        try:
            tracker = self._open()
            while event := self._events.get():
                event(tracker)
        except (Exception, SystemExit) as error:  # whatever a package that is not ours raises
            lines = str(error).strip().splitlines()
            self._lose(f"{type(error).__name__}: {lines[0] if lines else 'without a message'}")

    def _lose(self, reason: str) -> None:
        if not self._lost.is_set():
            self._lost.set()
            self._say(
                f"log=[{self._name}] failed and is left out from here on; no trial is affected "
                f"({reason}). When the trials have ended: {self._afterwards}"
            )
