"""A tracker that fails or hangs is named once, and whoever tells it goes on."""

import pickle

import pytest

from harness.tracking import background
from harness.tracking.background import Background
from harness.tracking.tracker import Tracker
from tests.harness.tracking.helpers.trackers import Failing, Hanging, Remembering, curves

AFTERWARDS = "unbraid export run --format it"


def tell(tracker: object, n: int = 3) -> list[str]:
    """Tell a tracker of points n times, and return what was said of it."""
    said: list[str] = []
    of = Background("it", lambda: tracker, said.append, AFTERWARDS)  # type: ignore[arg-type]
    for _ in range(n):
        of.tell(lambda tracker: tracker.points("a", curves()))
    of.close()
    return said


def test_events_arrive_in_order_and_all_of_them() -> None:
    tracker = Remembering()
    assert tell(tracker) == []
    assert [told[0] for told in tracker.told] == ["points"] * 3 + ["close"]


def test_a_failure_is_said_once_with_its_remedy() -> None:
    (said,) = tell(Failing())
    assert said == (
        "log=[it] failed and is left out from here on; no trial is affected (OSError: [Errno 28] "
        f"No space left on device). When the trials have ended: {AFTERWARDS}"
    )


def test_a_tracker_that_cannot_be_opened_is_said_once() -> None:
    def no_tracker() -> Tracker:
        raise SystemExit("not logged in")

    said: list[str] = []
    of = Background("it", no_tracker, said.append, AFTERWARDS)
    of.tell(lambda tracker: tracker.close())
    of.close()
    assert len(said) == 1
    assert "(SystemExit: not logged in)" in said[0]


def test_one_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "PATIENCE_S", 0.2)
    tracker = Hanging()
    (said,) = tell(tracker)
    assert "(it was not done within 0.2 s)" in said
    tracker.network.set()


def test_one_that_is_too_far_behind_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "MOST_WAITING", 2)
    tracker = Hanging()
    (said,) = tell(tracker, n=5)
    assert "(it is 2 events behind)" in said
    tracker.network.set()


def test_tune_can_pickle_it() -> None:
    of = Background("it", Remembering, print, AFTERWARDS)
    assert pickle.loads(pickle.dumps(of)).__dict__ == {}
    of.close()
