"""A plan that grows, with the run directory as its memory and no Ray."""

from pathlib import Path

import pytest

from harness.config.schema import TrialConfig
from harness.config.sweep import Sweep, resolve
from harness.errors import UserError
from harness.metrics.registry import metric_keys
from harness.planning import describe_sweep, plan_frame, planned_trials
from harness.results import Columns, Curves, RunDirectory, TrialRecord, load
from harness.search.growing_plan import GrowingPlan

SPACE = ("method=vae", "search=optuna", "method.lr=tag(log,interval(1e-5,1e-1))")


def planned(where: Path, *arguments: str) -> tuple[RunDirectory, Sweep]:
    sweep = resolve([*SPACE, *arguments])
    directory = RunDirectory(where)
    columns = Columns(metric_keys(("elbo", "mse")))
    plan = plan_frame(sweep.trials)
    with directory.lock():
        directory.create(describe_sweep(sweep, "unbraid sweep"), plan, columns)
    return directory, sweep


def record(trial: TrialConfig, status: str = "ok") -> TrialRecord:
    metrics = {"elbo": -trial.hyperparameters.lr, "mse": 0.5} if status == "ok" else {}
    curves = Curves()
    curves.add(1, 10, "test", {"elbo": -5.0})
    curves.add(1, 10, "train", {"elbo": -9.0})
    identity = (trial.trial_id, status, trial.method, "digits", "real", trial.seed, trial.params())
    return TrialRecord(*identity, metrics=metrics, curves=curves)


def run(
    growth: GrowingPlan, directory: RunDirectory, n: int, status: str = "ok"
) -> list[TrialConfig]:
    """Run the next ``n`` trials, as far as there are some."""
    done = []
    while len(done) < n and (trials := growth.next()):
        (trial,) = trials
        written = record(trial, status)
        directory.write(written)
        growth.ended(trial.trial_id, written.status, written.metrics, written.curves)
        done.append(trial)
    return done


def lrs(trials: list[TrialConfig]) -> list[float]:
    return [trial.hyperparameters.lr for trial in trials]


def test_it_gives_out_what_was_asked_for_with_the_default_first(tmp_path: Path) -> None:
    directory, sweep = planned(tmp_path, "trials=5", "seeds=2")
    growth = GrowingPlan(directory, sweep.searches)
    assert growth.left == 10
    done = run(growth, directory, 99)
    assert len(done) == 10
    assert lrs(done)[:2] == [1e-4, 1e-4]
    assert len(set(lrs(done))) == 5
    assert [trial.seed for trial in done] == [0, 1] * 5
    results = load(tmp_path)
    assert planned_trials(results) == done
    assert results.counts["planned"] == results.counts["finished"] == 10
    assert (growth.left, growth.next()) == (0, [])


def test_a_whole_configuration_is_given_out_with_all_its_seeds(tmp_path: Path) -> None:
    directory, sweep = planned(tmp_path, "trials=2", "seeds=3")
    growth = GrowingPlan(directory, sweep.searches)
    for _ in range(2):
        trials = growth.next(whole=True)
        assert [trial.seed for trial in trials] == [0, 1, 2]
        assert len(set(lrs(trials))) == 1
    assert growth.next(whole=True) == []


def test_a_trial_is_planned_before_it_is_given_out(tmp_path: Path) -> None:
    directory, sweep = planned(tmp_path, "trials=3", "seeds=1")
    growth = GrowingPlan(directory, sweep.searches)
    for _ in range(3):
        (trial,) = growth.next()
        assert RunDirectory(tmp_path).config(trial.trial_id) == trial.as_dict()
    assert load(tmp_path).counts["missing"] == 3
    assert load(tmp_path).counts["planned"] == 3


@pytest.mark.parametrize("finished", [0, 3, 4, 7])
def test_a_killed_search_goes_on_to_the_number_asked_for(tmp_path: Path, finished: int) -> None:
    directory, sweep = planned(tmp_path, "trials=6", "seeds=2")
    before = run(GrowingPlan(directory, sweep.searches), directory, finished)
    again = GrowingPlan(directory, sweep.searches)
    assert again.left == 12 - finished
    after = run(again, directory, 99)
    assert len({trial.trial_id for trial in before + after}) == 12
    assert len(set(lrs(before + after))) == 6


def test_more_trials_and_more_seeds_extend_a_search(tmp_path: Path) -> None:
    directory, sweep = planned(tmp_path, "trials=3", "seeds=1")
    run(GrowingPlan(directory, sweep.searches), directory, 99)
    stored = planned_trials(load(tmp_path))
    more = resolve([*SPACE, "trials=4", "seeds=2"])
    columns = Columns(metric_keys(("elbo", "mse")))
    directory.create(describe_sweep(more, "again"), plan_frame(stored), columns)
    growth = GrowingPlan(directory, more.searches)
    assert growth.left == 3 + 2
    done = run(growth, directory, 99)
    assert [trial.seed for trial in done] == [1, 1, 1, 0, 1]
    assert lrs(done)[:3] == lrs(stored)
    assert load(tmp_path).counts["planned"] == 8


@pytest.mark.parametrize("status", ["pruned", "diverged", "failed"])
def test_what_ended_badly_is_known_to_the_next_session(tmp_path: Path, status: str) -> None:
    directory, sweep = planned(tmp_path, "trials=4", "seeds=1")
    before = GrowingPlan(directory, sweep.searches)
    run(before, directory, 2, status)
    again = GrowingPlan(directory, sweep.searches)
    for growth in (before, again):
        trials = growth._searches[0]._study._study.trials
        assert [trial.user_attrs["status"] for trial in trials] == [status] * 2
        known = [trial.intermediate_values for trial in trials]
        assert known == ([{1: -5.0}] * 2 if status == "pruned" or growth is before else [{}] * 2)


def test_a_result_reported_twice_counts_once(tmp_path: Path) -> None:
    directory, sweep = planned(tmp_path, "trials=3", "seeds=1")
    growth = GrowingPlan(directory, sweep.searches)
    (trial,) = run(growth, directory, 1)
    growth.ended(trial.trial_id, "ok", {"elbo": 0.0, "mse": 0.0})
    assert growth._searches[0]._study._study.trials[0].value == -1e-4


def test_a_trial_that_lacks_the_objective_ends_the_search(tmp_path: Path) -> None:
    directory, sweep = planned(tmp_path, "trials=3", "seeds=1")
    growth = GrowingPlan(directory, sweep.searches)
    (trial,) = growth.next()
    with pytest.raises(UserError, match="cannot judge vae: it is not scored on elbo"):
        growth.ended(trial.trial_id, "ok", {"mse": 0.5})


def test_same_space_is_about_what_is_searched_and_not_how_long(tmp_path: Path) -> None:
    def same(*arguments: str) -> bool:
        described = resolve([*SPACE, "trials=3"]).searches[0].describe()
        return resolve([*SPACE, *arguments]).searches[0].same_space(described)

    assert same("trials=9", "seeds=7", "search.sampler=random")
    assert not same("trials=3", "method.d=interval(2,8)")
    assert not same("trials=3", "scale=smoke")
    assert not same("trials=3", "method.lr=tag(log,interval(1e-5,1))")
