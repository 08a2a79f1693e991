"""Trackers hear of every trial once, of every point once, whatever befalls the workers."""

from pathlib import Path

import pytest

from harness.results import Curves
from harness.tracking import live
from harness.tracking.live import LiveLog
from harness.tracking.tracker import Tracked, by_step, since
from tests.harness.tracking.helpers.trackers import TRIAL, Remembering, curves


@pytest.fixture
def tracker(monkeypatch: pytest.MonkeyPatch) -> Remembering:
    remembering = Remembering()
    monkeypatch.setattr(live, "open_live", lambda *_: remembering)
    return remembering


def find(trial_id: str) -> Tracked:
    return Tracked(trial_id, "vae", "digits", 0, {})


def open_log(*names: str) -> LiveLog:
    return LiveLog(names, Path("logs"), "runs/x", find, print)


def test_a_trial_that_starts_again_repeats_nothing(tracker: Remembering) -> None:
    log, all_points = open_log("tensorboard"), curves(4)
    n = len(all_points.value)
    log.points("a", 0, since(curves(4), 0))
    log.points("b", 0, curves(1))
    log.points("a", 0, curves(2))  # its worker died: from the first epoch
    log.points("a", 0, curves(5))  # and further than before
    log.ended("a", "ok", {"elbo": 1.0})
    log.ended("a", "ok", {"elbo": 1.0})  # a retry after it was written
    log.points("a", n, curves(5))
    log.close()
    of_a = [told for told in tracker.told if told[1:2] == ("a",)]
    assert [told[0] for told in of_a] == ["start", "points", "points", "end"]
    assert of_a[1][2] + of_a[2][2] == pytest.approx(curves(5).value, nan_ok=True)
    assert of_a[3] == ("end", "a", "ok", {"elbo": 1.0})


def test_what_is_interrupted_ends_as_killed(tracker: Remembering) -> None:
    log = open_log("tensorboard")
    log.points("a", 0, curves(1))
    log.close()
    assert tracker.told[-2:] == [("end", "a", "killed", {}), ("close",)]


def test_a_trial_without_points_is_told_of_as_well(tracker: Remembering) -> None:
    log = open_log("tensorboard")
    log.ended("a", "failed", {})
    log.close()
    assert tracker.told == [("start", "a"), ("end", "a", "failed", {}), ("close",)]


def test_without_trackers_nothing_is_looked_up() -> None:
    log = LiveLog((), Path(), "runs/x", pytest.fail, print)
    log.points("a", 0, curves())
    log.ended("a", "ok", {})
    log.close()


def test_a_trial_is_named_by_what_is_swept() -> None:
    assert TRIAL.name == "c_vitae digits lr=0.001 seed=3"
    assert TRIAL.settings["method.widths"] == "[4, 2]"
    assert "method.beta" not in TRIAL.settings


def test_points_of_a_step_stand_together() -> None:
    steps = list(by_step(curves(2)))
    assert [(epoch, step) for epoch, step, _ in steps] == [(1, 8), (2, 16)]
    assert list(steps[0][2]) == ["train/loss", "test/elbo", "test/kl"]
    assert list(by_step(Curves())) == []
