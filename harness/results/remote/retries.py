"""Waiting for an object store that is away: bounded, with growing pauses, and with a line."""

import sys
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from harness.durations import duration
from harness.heartbeat import beat
from harness.results.remote.faults import fault

PATIENCE_S = 600.0
"""Seconds for which a store may be away before the work ends with an error."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 10.0

_T = TypeVar("_T")
_away: dict[str, float] = {}
"""Since when a location has been away, by its label: many threads wait, one line says so."""
_lock = threading.Lock()


def retried(action: Callable[[], _T], label: str, patience_s: float | None = None) -> _T:
    """Return what an action returns, which is tried again while the store is away.

    The store's own client has tried a few times already (about six seconds). Errors that stay, such
    as a missing permission or a full store, are raised at once.

    Args:
        action: does one request or a few, and may be done twice.
        label: the location, for the line that says what is waited for.
        patience_s: how long; None for ``PATIENCE_S``.

    Raises:
        OSError: the error that stays, or the last one when patience is at its end.
    """
    end = time.monotonic() + (PATIENCE_S if patience_s is None else patience_s)
    pause = FIRST_PAUSE_S
    while True:
        try:
            result = action()
        except FileNotFoundError:
            _answers(label)
            raise
        except OSError as error:
            if fault(error) != "away" or time.monotonic() + pause > end:
                raise
            _is_away(label, error)
            beat(f"wait for {label}")
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        else:
            _answers(label)
            return result


def _is_away(label: str, error: OSError) -> None:
    with _lock:
        if label in _away:
            return
        _away[label] = time.monotonic()
    say(f"{label} does not answer ({error}); trying again for up to {duration(PATIENCE_S)}")


def _answers(label: str) -> None:
    if not _away:  # the rule, without a lock
        return
    with _lock:
        since = _away.pop(label, None)
    if since is not None:
        say(f"{label} answers again after {duration(time.monotonic() - since)}")


def say(text: str) -> None:
    """Print a line for whoever waits."""
    print(text, file=sys.stderr, flush=True)
