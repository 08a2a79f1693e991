"""One trial and the record it leaves."""

import math
from dataclasses import replace
from typing import Any

import pytest
import torch

from harness import seeding
from harness.config.schema import TrialConfig
from harness.metrics.registry import metric_keys
from harness.provenance import ENV_COLUMNS
from harness.results import TrialRecord
from harness.trial.run import Advance, run_trial
from harness.trial.stopwatch import TIME_COLUMNS
from models.method import Method
from tests.harness.helpers import toys
from tests.harness.helpers.toys import STEPS, KnownBound, MeanImage

ORIGIN = {
    "git_commit": "abc",
    "git_dirty": False,
    "data_root": None,
    "data_fingerprint": "0" * 16,
}


def run(trial: TrialConfig) -> tuple[list[Advance], TrialRecord]:
    return toys.run(trial, toys.dataset(), ORIGIN)


def curve(record: TrialRecord, split: str, metric: str) -> dict[int, float]:
    points = zip(
        record.curves.epoch,
        record.curves.split,
        record.curves.metric,
        record.curves.value,
        strict=True,
    )
    return {e: value for e, s, m, value in points if (s, m) == (split, metric)}


@pytest.mark.parametrize("method", ["vae", "u_vitae", "c_vitae"])
def test_record_has_every_column(method: str) -> None:
    trial = toys.trial(method, seed=3)
    _, record = run(trial)
    assert (record.status, record.error) == ("ok", None)
    assert (record.trial_id, record.seed, record.method) == (trial.trial_id, 3, method)
    assert (record.dataset, record.data_source) == ("toy", "procedural")
    assert record.params == trial.params()
    assert list(record.metrics) == metric_keys(trial.metrics)
    assert tuple(record.times) == TIME_COLUMNS
    assert record.env.keys() == ENV_COLUMNS.keys()
    for name, value in record.env.items():
        assert value is None or isinstance(value, ENV_COLUMNS[name]), name
    assert record.env["device"] == "cpu"
    assert record.env["git_commit"] == "abc"
    times = record.times
    assert times["total"] >= times["setup"] + times["train"] + times["evaluate"] > 0
    assert times["step"] == pytest.approx(times["train"] / (3 * STEPS))


def test_curves_have_every_epoch_of_training_and_the_evaluated_ones_of_the_test() -> None:
    said, record = run(toys.trial(KnownBound, epochs=5))
    assert list(curve(record, "train", "loss")) == [1, 2, 3, 4, 5]
    assert list(curve(record, "test", "elbo")) == [2, 4, 5], "every second, and the last"
    assert [advance.share for advance in said] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert [advance.step for advance in said] == [5, 10, 15, 20, 25]
    assert [bool(advance.test) for advance in said] == [False, True, False, True, True]
    assert curve(record, "test", "elbo")[5] == record.metrics["elbo"]
    assert curve(record, "train", "loss")[1] == said[0].train["loss"]


def test_limits_of_the_scale() -> None:
    said, record = run(toys.trial(KnownBound, train_limit=8, test_limit=4))
    assert said[0].step == math.ceil(8 / toys.BATCH)
    assert record.arrays["test_images"].shape == (4, 1, 6, 6)


def test_metric_whose_protocol_is_missing_is_left_out() -> None:
    _, record = run(toys.trial(MeanImage))
    assert (record.status, record.metrics, list(record.arrays)) == ("ok", {}, ["test_images"])
    assert curve(record, "test", "elbo") == {}
    assert len(curve(record, "train", "loss")) == 3


def test_failure_is_kept_with_its_traceback() -> None:
    said, record = run(toys.trial(toys.Raises))
    assert said == []
    assert record.status == "failed"
    assert record.error is not None
    assert record.error.rstrip().endswith("RuntimeError: the boiler burst")
    assert "in objective" in record.error
    assert record.metrics == {}
    assert record.times["total"] > 0
    assert math.isnan(record.times["step"])
    assert record.env.keys() == ENV_COLUMNS.keys()


def test_method_that_cannot_be_built_is_a_failed_trial() -> None:
    _, record = run(replace(toys.trial(MeanImage), method="tests.harness.helpers.toys.Nothing"))
    assert record.status == "failed"
    assert "has no 'Nothing'" in str(record.error)


@pytest.mark.parametrize(
    ("method", "reason"), [(toys.Derails, "loss is nan"), (toys.Explodes, "times 0.3")]
)
def test_divergence_stops_early_and_keeps_the_curve(method: type[Method], reason: str) -> None:
    said, record = run(toys.trial(method, epochs=6))
    assert record.status == "diverged"
    assert reason in str(record.error)
    assert [advance.epoch for advance in said] == [1, 2]
    losses = curve(record, "train", "loss")
    assert list(losses) == [1, 2]
    assert 0 < losses[1] < 1
    assert not losses[2] < 1
    assert curve(record, "test", "elbo") == {}, "a diverged epoch is not evaluated"
    assert (record.metrics, record.arrays) == ({}, {})


def test_bound_that_is_not_finite_on_the_test_split_is_divergence() -> None:
    said, record = run(toys.trial(toys.DerailsOnTheTestSplit, epochs=6))
    assert record.status == "diverged"
    assert "on the test split elbo is -inf" in str(record.error)
    assert [advance.epoch for advance in said] == [1, 2], "the first evaluated epoch is the last"
    assert (record.metrics, record.arrays) == ({}, {})


def outcome(record: TrialRecord) -> tuple[Any, ...]:
    """All of a record that is the same in every run."""
    arrays = {name: array.tobytes() for name, array in record.arrays.items()}
    return record.trial_id, record.status, record.metrics, record.curves, arrays


@pytest.mark.parametrize("method", ["vae", "c_vitae"])
def test_a_trial_is_a_function_of_its_configuration_and_seed(method: str) -> None:
    alone = run(toys.trial(method))[1]
    torch.manual_seed(12345)  # what ran before in this process must not matter
    assert outcome(run(toys.trial(method))[1]) == outcome(alone)
    other = run(toys.trial(method, seed=1))[1]
    assert other.metrics["elbo"] != alone.metrics["elbo"]


def test_the_seed_decides_the_order_and_the_noise_not_the_weights_alone() -> None:
    """The toy starts from zeros and takes no noise: its loss differs by the order of the data."""
    zero, one = (run(toys.trial(MeanImage, seed=seed))[1] for seed in (0, 1))
    for metric in ("loss", "noise"):
        assert curve(zero, "train", metric)[1] != curve(one, "train", metric)[1]
    noise = seeding.generator(1, "noise")
    drawn = torch.cat([torch.randn(size, 2, generator=noise) for size in (5, 5, 5, 5, 3)])
    assert curve(one, "train", "noise")[1] == pytest.approx(float(drawn.mean()), rel=1e-5)


def test_trials_taking_turns_equal_trials_on_their_own() -> None:
    trials = [toys.trial("vae", seed=0), toys.trial("vae", seed=1), toys.trial("c_vitae", seed=0)]
    alone = [outcome(run(trial)[1]) for trial in trials]
    running = [run_trial(t, toys.dataset(), torch.device("cpu"), ORIGIN) for t in trials]
    for _ in range(3):
        for one in running:
            next(one)
    together = []
    for one in running:
        with pytest.raises(StopIteration) as finished:
            next(one)
        together.append(outcome(finished.value.value))
    assert together == alone


def test_a_trial_beyond_its_limit_fails_with_its_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter(range(10**6))  # a look at the watch takes a second
    monkeypatch.setattr("harness.trial.stopwatch.time.perf_counter", lambda: float(next(seconds)))
    limited = {"limit_s": 3.0 * STEPS}  # two or three looks a step
    running = run_trial(
        toys.trial(MeanImage), toys.dataset(), torch.device("cpu"), ORIGIN, **limited
    )
    assert next(running).epoch == 1
    with pytest.raises(StopIteration) as finished:
        next(running)
    record = finished.value.value
    assert record.status == "failed"
    assert record.error == "It still trained after 15 s (ray.trial_limit_s)."
    assert curve(record, "train", "loss").keys() == {1}
