"""The lines a user sees during a sweep, with the time in the test's hands."""

import io
import pickle
import sys
import time
from typing import Any

import pytest

from harness.config.sweep import resolve
from harness.execution.progress import HEARTBEAT_S, Progress, first_score, label


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Clock:
    watch = Clock()
    monkeypatch.setattr(time, "monotonic", watch)
    return watch


def progress(planned: int, already: int = 0) -> Progress:
    named = {str(i): f"vae seed={i}" for i in range(planned - already)}
    now = time.monotonic()
    return Progress(planned, already, named, io.StringIO(), _last_printed=now)


def lines(of: Progress) -> list[str]:
    assert isinstance(of.out, io.StringIO)
    return of.out.getvalue().splitlines()


def test_a_line_for_each_finished_trial_with_the_time_left(watch: Clock) -> None:
    shown = progress(4)
    for position, (status, metrics) in enumerate(
        [
            ("ok", {"elbo": -123.456, "mse": 0.1}),
            ("diverged", {}),
            ("failed", {}),
            ("ok", {"mse": 1}),
        ]
    ):
        watch.now += 30
        shown.finish(str(position), status, 29.94, first_score(metrics))
    assert lines(shown) == [
        "[1/4] ok       vae seed=0  elbo   -123.46  29.9 s  1:30 min left",
        "[2/4] diverged vae seed=1  29.9 s  1:00 min left",
        "[3/4] failed   vae seed=2  29.9 s  30 s left",
        "[4/4] ok       vae seed=3  mse    1.0000  29.9 s",
    ]
    assert shown.statuses == {"ok": 2, "diverged": 1, "failed": 1}
    assert shown.finished == 4


def test_trials_of_an_earlier_session_count_but_not_for_the_pace(watch: Clock) -> None:
    shown = progress(100, already=90)
    watch.now += 10
    shown.finish("0", "ok", 10.0)
    assert lines(shown) == ["[ 91/100] ok       vae seed=0  10.0 s  1:30 min left"]


def test_time_left_counts_the_finished_shares_of_running_trials(watch: Clock) -> None:
    shown = progress(4)
    assert shown.seconds_left() is None
    watch.now += 10
    shown.advance("0", 0.25)
    assert shown.seconds_left() is None, "the workers' start is no pace"
    watch.now += 10
    shown.advance("0", 0.5)
    shown.advance("1", 0.75)
    assert shown.seconds_left() == pytest.approx(10 * (4 - 1.25) / 1)
    shown.finish("1", "ok", 10.0)
    assert shown.seconds_left() == pytest.approx(10 * (4 - 1.5) / 1.25)


def test_long_trials_are_heard_of_now_and_then(watch: Clock) -> None:
    shown = progress(2)
    shown.advance("0", 0.1)
    watch.now += HEARTBEAT_S - 1
    shown.advance("1", 0.2)
    assert lines(shown) == []
    watch.now += 2
    shown.advance("0", 0.3)
    assert lines(shown) == ["[0/2] running: 30%, 20%  1:56 min left"]


def test_many_short_trials_share_a_line_but_no_bad_one_and_not_the_last(watch: Clock) -> None:
    shown = progress(200, already=193)
    for position, status in enumerate(["ok", "ok", "ok", "diverged", "ok", "ok", "ok"]):
        shown.finish(str(position), status, 0.01)
    assert [line.partition("  0.0 s")[0] for line in lines(shown)] == [
        "[197/200] diverged vae seed=3",
        "[200/200] ok       vae seed=6",
    ]
    assert [line[line.index("(+") :] for line in lines(shown)] == ["(+3 more)", "(+2 more)"]


def test_of_a_few_short_trials_each_has_its_line(watch: Clock) -> None:
    shown = progress(18)
    for position in range(18):
        shown.finish(str(position), "ok", 0.01)
    assert len(lines(shown)) == 18


def test_a_retried_trial_counts_once(watch: Clock) -> None:
    """Its worker died after writing it and before saying so; the retry reports it again."""
    shown = progress(2)
    watch.now += 10
    shown.finish("0", "ok", 10.0)
    left, said = shown.seconds_left(), lines(shown)
    shown.advance("0", 0.5)
    shown.finish("0", "ok", 10.0)
    assert (shown.finished, shown.statuses, lines(shown)) == (1, {"ok": 1}, said)
    assert shown.seconds_left() == left == 10.0


def test_a_label_names_what_is_swept() -> None:
    sweep = resolve(["method=choice(vae,c_vitae)", "method.lr=choice(1e-3,1e-2)", "seeds=1"])
    assert [label(trial, sweep.swept) for trial in sweep.trials] == [
        "vae lr=0.001 seed=0",
        "vae lr=0.01 seed=0",
        "c_vitae lr=0.001 seed=0",
        "c_vitae lr=0.01 seed=0",
    ]
    assert label(resolve(["seeds=1"]).trials[0], {}) == "c_vitae seed=0"
    sweep = resolve(["method=vae", "dataset=choice(digits,glyphs)", "scale=choice(smoke,small)"])
    assert label(sweep.trials[0], sweep.swept) == "vae digits smoke seed=0"


def test_a_label_does_not_tell_all_the_digits_of_a_number_that_was_searched() -> None:
    (trial,) = resolve(["method.lr=0.00123456789"], single=True).trials
    assert label(trial, ["method.lr"]) == "c_vitae lr=0.001235 seed=0"


def test_a_dead_worker_is_a_line(watch: Clock) -> None:
    shown = progress(2)
    shown.advance("0", 0.5)
    shown.restarted("0")
    assert lines(shown) == ["a worker died; started again: vae seed=0"]
    watch.now += 10
    shown.finish("1", "ok", 5.0)
    assert shown.finished == 1


def test_it_is_pickled_where_output_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tune pickles what its callbacks refer to; a notebook's standard output cannot be."""

    class Output(io.StringIO):
        def __reduce__(self) -> Any:
            raise TypeError("cannot be pickled")

    output = Output()
    monkeypatch.setattr(sys, "stdout", output)
    progress = pickle.loads(pickle.dumps(Progress(2, 0, {"a": "vae seed=0"})))
    progress.finish("a", "ok", 1.0)
    assert "[1/2] ok       vae seed=0  1.0 s" in output.getvalue()


def test_a_line_shows_what_a_search_is_after() -> None:
    metrics = {"elbo": -123.456, "mig": 0.25}
    assert first_score(metrics, "mig") == "mig   0.25000"
    assert first_score(metrics, "sap") == first_score(metrics) == "elbo   -123.46"
    assert first_score({}, "mig") == ""
