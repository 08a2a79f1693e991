"""Trials of a sweep that a worker trains as a stack: which they are, and what they leave."""

from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.commands.running.run_directory import planned
from harness.config.searched.halving import make_halving
from harness.config.sweep import Sweep, resolve
from harness.execution.callback import SweepCallback
from harness.execution.ends.deaths import Deaths
from harness.execution.evaluations import evaluate_trained
from harness.execution.progress import Progress
from harness.execution.rungs import Judgement
from harness.execution.stacks import MOST, Groups, kind
from harness.results import Results, load
from harness.search.growing_plan import GrowingPlan
from tests.harness.execution.helpers.workers import assignment, worker

SMALL = (
    *("dataset=digits", "scale=smoke", "scale.train_limit=96", "scale.test_limit=32"),
    *("scale.epochs=4", "metrics=[elbo]"),
)
SWEEP = ("method=vae", "method.lr=choice(1e-3,1e-4,3e-3)", "seeds=2", *SMALL)


def places(sweep: Sweep, groups: list[list[str]]) -> list[list[int]]:
    """Groups by the trials' places in the plan."""
    place = {trial.trial_id: i for i, trial in enumerate(sweep.trials)}
    return [[place[trial_id] for trial_id in ids] for ids in groups]


@pytest.mark.parametrize(
    ("size", "at_once", "expected"),
    [
        (1, 2, [[0], [1], [2], [3], [4], [5]]),
        (4, 1, [[0, 1, 2, 3], [4, 5]]),
        (100, None, [[0, 1, 2, 3, 4, 5]]),
        ("auto", 2, [[0, 1, 2], [3, 4, 5]]),
        ("auto", 4, [[0, 1], [2, 3], [4, 5]]),
    ],
)
def test_trials_of_a_kind_are_grouped_in_the_order_of_the_plan(
    size: Any, at_once: int | None, expected: list[list[int]]
) -> None:
    sweep = resolve([*SWEEP])
    assert places(sweep, Groups(size, at_once, whole=False).of(sweep.trials)) == expected


def test_a_stack_measured_has_no_more_than_it_may() -> None:
    trials = resolve([*SWEEP, f"seeds={MOST}"]).trials
    assert [len(ids) for ids in Groups("auto", 1, whole=False).of(trials)] == [MOST] * 3


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (1, [[0, 1], [2, 3], [4, 5]]),
        (3, [[0, 1], [2, 3], [4, 5]]),
        (4, [[0, 1, 2, 3], [4, 5]]),
        (8, [[0, 1, 2, 3, 4, 5]]),
        ("auto", [[0, 1], [2, 3], [4, 5]]),
    ],
)
def test_seeds_that_are_judged_together_are_in_one_group(
    size: Any, expected: list[list[int]]
) -> None:
    sweep = resolve([*SWEEP])
    assert places(sweep, Groups(size, 1, whole=True).of(sweep.trials)) == expected


@pytest.mark.parametrize(
    ("overrides", "kinds"),
    [
        (["method=vae", "method.lr=choice(1e-2,1e-4)", "seeds=3"], 1),
        (["method=vae,beta_vae", "seeds=2"], 2),
        (["method=vae", "method.d=choice(2,4)"], 2),
        (["method=beta_vae", "method.beta=choice(1,2)", "dataset.warp=choice(none,fixed)"], 2),
    ],
)
def test_a_kind_is_what_numbers_and_seeds_are_not_of(overrides: list[str], kinds: int) -> None:
    trials = resolve([*overrides, *SMALL]).trials
    assert len({kind(trial) for trial in trials}) == kinds


def test_a_search_is_asked_for_as_many_as_are_trained_together() -> None:
    assert Groups(8, 2, whole=False).suggested == 8
    assert Groups("auto", 2, whole=False).suggested == 1


@pytest.mark.parametrize(
    ("seeds", "whole", "sizes"), [(1, False, [2, 2, 1, 1]), (2, True, [2, 2, 2, 2, 2, 2])]
)
def test_a_search_suggests_as_many_as_are_trained_together(
    seeds: int, whole: bool, sizes: list[int], tmp_path: Path
) -> None:
    """Four a time; what is left over by one method's group is a group of its own."""
    from harness.execution.searcher import Suggestions

    searched = ("method=vae,beta_vae", "search=optuna", "method.lr=tag(log,interval(1e-5,1e-1))")
    sweep = resolve([*searched, "trials=3", f"seeds={seeds}", *SMALL, f"run_dir={tmp_path}"])
    with planned(sweep, []) as run:
        growth = GrowingPlan(run, sweep.searches)
        progress = Progress(growth.left, 0, {}, StringIO())
        callback = SweepCallback(run, progress, lambda *_: None, causes=Deaths(alone=True))
        search = Suggestions(growth, progress, [], callback, Groups(4, 1, whole=whole))
        groups = []
        while isinstance(given := search.suggest("tune's"), dict):
            groups.append(given["trial_ids"])
        configs = {trial_id: run.config(trial_id) for ids in groups for trial_id in ids}
    assert [len(ids) for ids in groups] == sizes
    for ids in groups:
        assert len({configs[trial_id]["method"]["name"] for trial_id in ids}) == 1
    assert progress.labels.keys() == configs.keys()


def ended(where: Path, **told: Any) -> Results:
    """The rows of the sweep, which one worker has trained as it is told."""
    sweep = resolve([*SWEEP, f"run_dir={where}"])
    with planned(sweep, []) as run:
        job = assignment(sweep, run, keep=True, **told)
        size = told.get("stack", 1)
        for ids in Groups(size, 1, whole=False).of(sweep.trials):
            at_work, report = worker(job, ids), {"done": False}
            while not report["done"]:
                report = at_work.step()
    return load(where)


def test_a_stack_leaves_the_rows_curves_and_models_of_its_trials(tmp_path: Path) -> None:
    stacked, alone = ended(tmp_path / "stacked", stack=4), ended(tmp_path / "alone")
    assert stacked.problems == []
    rows, expected = (r.trials.set_index("trial_id").sort_index() for r in (stacked, alone))
    assert list(rows.index) == list(expected.index)
    assert set(rows["status"]) == {"ok"}
    np.testing.assert_allclose(rows["metric.elbo"], expected["metric.elbo"], rtol=1e-5)
    assert sorted(rows["env.stack"]) == [2, 2, 4, 4, 4, 4]
    assert set(expected["env.stack"]) == {1}
    keys = ["trial_id", "epoch", "split", "metric"]
    curves, others = (r.curves.sort_values(keys) for r in (stacked, alone))
    assert (
        curves[[*keys, "step"]].to_numpy().tolist() == others[[*keys, "step"]].to_numpy().tolist()
    )
    np.testing.assert_allclose(curves["value"], others["value"], rtol=1e-5)
    models = [
        sorted(p.name for p in (tmp_path / r / "models").iterdir()) for r in ("stacked", "alone")
    ]
    assert models[0] == models[1]
    assert len(models[0]) == 6


def test_a_row_of_another_process_says_with_how_many_it_was_trained(tmp_path: Path) -> None:
    sweep = resolve([*SWEEP, f"run_dir={tmp_path}"])
    with planned(sweep, []) as run:
        job = assignment(sweep, run, stack=2, hand_over=True)
        first = [trial.trial_id for trial in sweep.trials[:2]]
        at_work = worker(job, first)
        while not at_work.step()["done"]:
            pass
        for trial_id in first:
            evaluate_trained(job, trial_id)
    rows = load(tmp_path).trials
    assert list(rows["env.stack"]) == [2, 2]
    assert set(rows["env.stack_choice"]) == {"as asked for"}
    steps = load(tmp_path).curves["step"].max()
    np.testing.assert_allclose(rows["time.step"], rows["time.train"] / steps)


def rungs(where: Path, stack: int) -> list[Judgement]:
    """What a worker says at the rungs of a configuration, whose seeds go on until they end."""
    sweep = resolve([*SWEEP, "scheduler=asha", "scheduler.reduction_factor=2", f"run_dir={where}"])
    halving = make_halving(sweep.settings.scheduler, sweep.trials)
    with planned(sweep, []) as run:
        job = assignment(sweep, run, halving=halving, stack=stack)
        at_work = worker(job, [trial.trial_id for trial in sweep.trials[:2]])
        said = [at_work.step()]
        while not said[-1]["done"]:
            said.append(at_work.step())
    return [each for report in said for each in report["judged"]]


def test_a_stack_is_judged_at_its_rungs(tmp_path: Path) -> None:
    stacked, alone = rungs(tmp_path / "stacked", 2), rungs(tmp_path / "alone", 1)
    assert [each.epoch for each in stacked] == [each.epoch for each in alone]
    assert len(stacked) > 1
    scores = [[each.score for each in told] for told in (stacked, alone)]
    np.testing.assert_allclose(*scores, rtol=1e-5)
    assert {record.env["stack"] for each in stacked for record in each.so_far} == {2}
