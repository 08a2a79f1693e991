"""A trial is a function of its configuration and seed, whatever runs beside or before it."""

from collections.abc import Hashable
from pathlib import Path

import pandas as pd
import pytest

from harness.config.sweep import resolve
from harness.datasets.registry import load_dataset
from harness.results import Results, TrialRecord, load
from tests.harness.execution.conftest import Start
from tests.harness.helpers import toys

COMMON = ("method=c_vitae", "dataset=digits", "scale=smoke")
TRIAL = (*COMMON, "method.lr=1e-3", "seed=1")

Scores = tuple[dict[Hashable, float], pd.DataFrame]


def finish(arguments: tuple[str, ...]) -> TrialRecord:
    """Run a trial in this process."""
    (trial,) = resolve(arguments, single=True).trials
    return toys.run(trial, load_dataset(trial.dataset, None))[1]


def scores(results: Results, trial: str) -> Scores:
    """Return a trial's metrics and curves."""
    row = results.trials.set_index("trial_id").loc[trial]
    metrics = row[row.index.str.startswith("metric.")].to_dict()
    curves = results.curves[results.curves["trial_id"] == trial].drop(columns="trial_id")
    return metrics, curves.reset_index(drop=True)


def assert_same(one: Scores, other: Scores) -> None:
    assert one[0] == other[0]
    pd.testing.assert_frame_equal(one[1], other[1], check_exact=True, check_categorical=False)


def test_a_trial_run_twice_in_a_process_gives_the_same_bits() -> None:
    first, between, second = (finish(arguments) for arguments in (TRIAL, (*TRIAL, "seed=2"), TRIAL))
    assert first.status == second.status == "ok"
    assert first.metrics == second.metrics
    assert first.curves == second.curves
    assert all((first.arrays[name] == second.arrays[name]).all() for name in first.arrays)
    assert between.metrics != first.metrics


@pytest.mark.timeout(900)
def test_a_trial_is_the_same_alone_and_in_a_sweep_after_diverged_ones(
    start: Start, tmp_path: Path
) -> None:
    among, single = tmp_path / "among", tmp_path / "single"
    sweep = start(
        *("sweep", *COMMON, "method.lr=choice(0.1,1e-3)", "seeds=2", "ray.num_cpus=1"),
        f"run_dir={among}",
    )
    assert sweep.wait() == 0, sweep.err
    assert "4 of 4 trials finished: 2 ok, 2 diverged" in sweep.out
    assert len(sweep.workers_seen) == 1, "meant to reuse the worker that saw trials diverge"
    results = load(among)
    check_divergence(results)

    command = start("train", *TRIAL, f"run_dir={single}")
    assert command.wait() == 0, command.err
    (trial,) = resolve(TRIAL, single=True).trials
    expected = scores(load(single), trial.trial_id)
    assert_same(scores(results, trial.trial_id), expected)
    record = finish(TRIAL)
    assert {f"metric.{name}": value for name, value in record.metrics.items()} == expected[0]
    assert record.curves.value == expected[1]["value"].to_list()


def check_divergence(results: Results) -> None:
    """Fail unless the trials with a learning rate of 0.1 stopped early and kept their curves."""
    diverged = results.trials[results.trials["status"] == "diverged"]
    assert set(diverged["param.method.lr"]) == {0.1}
    assert diverged["error"].notna().all()
    for trial in results.trials.itertuples():
        epochs = results.curves.loc[results.curves["trial_id"] == trial.trial_id, "epoch"]
        assert (epochs.max() < 4) == (trial.status == "diverged")
        assert epochs.min() == 1
