"""Searches through Ray: killed and started again, with trials that are stopped early."""

import signal
from pathlib import Path

import pandas as pd
import pytest

from harness.config.halving import Halving
from harness.results import load
from tests.harness.execution.conftest import Start
from tests.harness.execution.helpers.sweeps import finished, parts

SEARCH = (
    *("sweep", "method=vae", "dataset=digits", "scale=smoke", "scale.epochs=10", "seeds=2"),
    *("search=optuna", "trials=7", "method.lr=tag(log,interval(1e-5,1e-1))", "ray.num_cpus=2"),
)
TRIALS = 14


def configurations(plan: pd.DataFrame) -> "pd.Series[int]":
    """Return the number of seeds by learning rate."""
    return plan.groupby("param.method.lr").size()


@pytest.mark.timeout(600)
def test_a_killed_search_goes_on_to_the_number_asked_for(start: Start, tmp_path: Path) -> None:
    run, url = tmp_path / "run", f"sqlite:///{tmp_path / 'study.db'}"
    arguments = [*SEARCH, f"run_dir={run}", f"search.storage={url}"]
    command = start(*arguments)
    command.until(lambda: len(finished(run)) >= 4)
    assert command.kill(signal.SIGKILL) == -signal.SIGKILL
    before = parts(run)
    assert 4 <= len(finished(run)) < TRIALS
    status = start("status", run)
    assert status.wait() == 0
    assert f"planned       {TRIALS}" in status.out
    assert start("resume", run, "ray.num_cpus=2").wait() == 0
    after = parts(run)
    assert {name: after[name] for name in before} == before, "finished trials are left alone"
    results = load(run)
    assert results.counts["finished"] == results.counts["planned"] == len(results.plan) == TRIALS
    assert configurations(results.plan).tolist() == [2] * 7
    more = start(*arguments, "trials=8")
    assert more.wait() == 0, more.err
    assert "[16/16]" in more.out
    assert len(finished(run)) == TRIALS + 2


@pytest.mark.timeout(600)
def test_pruned_trials_keep_their_curves_and_are_not_run_again(
    start: Start, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    # The second and third trial cannot be better than the first, which learns at all.
    arguments = (
        *("sweep", "method=vae", "dataset=digits", "scale=smoke", "scale.epochs=10", "seeds=1"),
        *("method.lr=choice(3e-3,1e-8,1e-9)", "scheduler=asha", "scheduler.reduction_factor=2"),
        *("scheduler.grace_epochs=2", "ray.num_cpus=1", f"run_dir={run}"),
    )
    command = start(*arguments)
    assert command.wait() == 0, command.err
    results = load(run)
    trials = results.trials.set_index("trial_id")
    assert trials.groupby("param.method.lr")["status"].agg(set).to_dict() == {
        3e-3: {"ok"},
        1e-8: {"pruned"},
        1e-9: {"pruned"},
    }
    pruned = trials[trials["status"] == "pruned"]
    assert pruned["metric.elbo"].isna().all()
    assert (pruned["time.total"] > 0).all()
    for trial_id in pruned.index:
        curve = results.curves[results.curves["trial_id"] == trial_id]
        assert curve["epoch"].max() == 2, "the first rung"
        assert set(curve["split"]) == {"train", "test"}
    assert "pruned   vae lr=1e-08 seed=0" in command.out
    again = start(*arguments)
    assert again.wait() == 0
    assert "3 trials planned, 3 finished" in again.out
    assert "trials to run" not in again.out


def test_halving_knows_what_an_earlier_session_scored() -> None:
    from types import SimpleNamespace

    from ray.tune.schedulers import TrialScheduler

    from harness.execution.schedulers import SuccessiveHalving

    halving = Halving("mse", "lower", (1, 3), 3.0)

    def decision(earlier: dict[str, dict[int, float]], epoch: int, score: float) -> str:
        scheduler = SuccessiveHalving(halving, earlier)
        trial = SimpleNamespace(trial_id="new")
        scheduler.on_trial_add(None, trial)
        result = {"epoch": epoch, "judged_by": score}
        return str(scheduler.on_trial_result(None, trial, result))

    known = {str(i): {1: float(i), 3: i / 10} for i in range(6)}
    assert decision({}, 1, 9.0) == TrialScheduler.CONTINUE, "the first to come goes on"
    assert decision(known, 1, 9.0) == TrialScheduler.STOP
    assert decision(known, 1, 1.0) == TrialScheduler.CONTINUE, "the best third goes on"
    assert decision(known, 1, 2.0) == TrialScheduler.STOP
    assert decision(known, 2, 9.0) == TrialScheduler.STOP, "judged by the rung it has passed"
    assert decision(known, 3, 0.1) == TrialScheduler.CONTINUE


def test_a_storage_that_cannot_be_reached_is_found_before_anything_starts(
    start: Start, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    command = start(*SEARCH, f"run_dir={run}", "search.storage=sqlite:////nowhere/study.db")
    assert command.wait() == 2
    assert "search.storage=sqlite:////nowhere/study.db cannot be used" in command.err
    assert not run.exists()
