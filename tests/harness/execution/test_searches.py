"""Searches through Ray: killed and started again, with trials that are stopped early."""

import json
import signal
from pathlib import Path

import pandas as pd
import pytest

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


@pytest.mark.slow  # three sessions; without Ray in tests/harness/search
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
    assert status.wait() == 1, "some are missing"
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


CONFIRMED = (
    *("sweep", "method=choice(vae,beta_vae)", "dataset=digits", "scale=smoke", "scale.epochs=10"),
    *("search=optuna", "trials=4", "seeds=1", "search.confirm=3", "ray.num_cpus=2"),
    "method.lr=tag(log,interval(1e-5,1e-1))",
)


def stages(run: Path) -> dict[tuple[str, str], int]:
    """Return the number of planned trials by method and the split that they are scored on."""
    plan = load(run).plan
    scored_on = plan["param.scale.scored_on"].fillna("test")
    methods = plan["config"].map(lambda config: json.loads(config)["method"]["name"])
    return pd.Series(1, plan.index).groupby([methods, scored_on]).sum().to_dict()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_searches_killed_while_they_tune_choose_and_confirm_lose_nothing(
    start: Start, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    arguments = [*CONFIRMED, f"run_dir={run}"]
    kept = parts(run)
    moments = (
        lambda: len(finished(run)) >= 2,
        lambda: ("vae", "test") in stages(run),  # the first configurations are chosen
        lambda: len(finished(run)) >= 10,  # of both methods some are confirmed
    )
    for moment in moments:
        command = start(*arguments)
        command.until(lambda: command.workers() and moment())  # noqa: B023  (waited for here)
        assert command.kill(signal.SIGKILL) == -signal.SIGKILL
        assert kept.items() <= parts(run).items()
        kept = parts(run)
    command = start("resume", run, "ray.num_cpus=2")
    assert command.wait() == 0, command.err
    assert kept.items() <= parts(run).items(), "a finished trial ran again"
    for method in ("vae", "beta_vae"):
        assert stages(run)[method, "validation"] == 4
        assert stages(run)[method, "test"] in (3, 6), "3 where the default was the best"
    counts = load(run).counts
    assert counts["planned"] == counts["finished"] == counts["ok"]
    assert start("status", run).wait() == 0


@pytest.mark.timeout(600)
@pytest.mark.parametrize("stack", [1, 8])
def test_a_configuration_is_stopped_with_all_its_seeds_or_with_none(
    stack: int, start: Start, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    # The first rate is better than the default, which is spared, and that than the last two.
    arguments = (
        *("sweep", "method=vae", "dataset=digits", "scale=smoke", "scale.epochs=10", "seeds=2"),
        *("method.lr=choice(3e-3,1e-4,1e-8,1e-9)", "scheduler=asha"),
        *("scheduler.reduction_factor=2", "scheduler.grace_epochs=2"),
        *("ray.num_cpus=1", f"ray.stack={stack}", f"run_dir={run}"),
    )
    command = start(*arguments)
    assert command.wait() == 0, command.err
    assert "8 of 8 trials finished: 4 ok, 4 pruned" in command.out
    results = load(run)
    trials = results.trials.set_index("trial_id")
    assert set(trials["env.stack"]) == {stack}
    assert trials.groupby("param.method.lr")["status"].agg(list).to_dict() == {
        3e-3: ["ok"] * 2,
        1e-4: ["ok"] * 2,
        1e-8: ["pruned"] * 2,
        1e-9: ["pruned"] * 2,
    }
    pruned = trials[trials["status"] == "pruned"]
    assert pruned["metric.elbo"].isna().all()
    assert (pruned["time.total"] > 0).all()
    for trial_id in pruned.index:
        curve = results.curves[results.curves["trial_id"] == trial_id]
        assert curve["epoch"].max() == 2, "the first rung"
        assert set(curve["split"]) == {"train", "test"}
    assert "pruned   vae lr=1e-08 seed=0" in command.out
    alone = start(
        *("train", "method=vae", "dataset=digits", "scale=smoke", "scale.epochs=10"),
        *("method.lr=3e-3", "seed=1", f"run_dir={tmp_path / 'alone'}"),
    )
    again = start(*arguments)
    assert (again.wait(), alone.wait()) == (0, 0)
    assert "8 trials planned, 8 finished" in again.out
    assert "trials to run" not in again.out
    (row,) = load(tmp_path / "alone").trials.to_dict("records")
    metrics = trials.filter(like="metric.").loc[row["trial_id"]].to_dict()
    if stack == 1:
        assert metrics == {name: row[name] for name in metrics}, "taking turns changes no bit"
    else:
        assert metrics == pytest.approx({name: row[name] for name in metrics}, rel=1e-3)


def test_a_storage_that_cannot_be_reached_is_found_before_anything_starts(
    start: Start, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    command = start(*SEARCH, f"run_dir={run}", "search.storage=sqlite:////nowhere/study.db")
    assert command.wait() == 2
    assert "search.storage=sqlite:////nowhere/study.db cannot be used" in command.err
    assert not run.exists()
