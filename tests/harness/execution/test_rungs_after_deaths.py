"""Rungs of trials whose worker dies: each is told, judged and recorded as if none had died.

A worker and the scheduler are put together here as Tune does it, without Ray's processes: which
trial Tune starts first after a death would decide what a rung holds.
"""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.commands.running.run_directory import planned
from harness.config.searched.halving import make_halving
from harness.config.sweep import resolve
from harness.execution.stacks import Groups
from harness.results import RunDirectory, load
from harness.search.standing import standing, together
from harness.trial import keeping
from harness.trial.stacked.room import Room
from tests.harness.execution.helpers.sweeps import same_results
from tests.harness.execution.helpers.workers import assignment, worker

SWEEP = (
    *("method=vae", "dataset=digits", "method.lr=choice(1e-2,1e-4,3e-2,1e-5)", "seeds=2"),
    *("scale=smoke", "scale.train_limit=256", "scale.test_limit=32", "scale.epochs=5"),
    *("metrics=[elbo]", "scheduler=asha", "scheduler.reduction_factor=2"),
)
"""Two steps an epoch; rungs after 1, 2 and 4 epochs."""


class Killed(BaseException):
    """What ends a process: no part of a trial catches it."""


def swept(
    where: Path,
    dies: Callable[[str, int], bool] = lambda trial_id, n: False,
    *,
    driver: bool = False,
    stack: int = 1,
    at_a_time: int = 2,
) -> tuple[list[Any], list[Any]]:
    """Run the sweep; return what was told and decided at each rung, and what the rungs hold.

    Args:
        where: the run directory.
        dies: whether a worker dies after it has written a trial's nth checkpoint.
        driver: whether the driver dies with it, and another begins with what has ended.
        stack: how many trials are trained as a stack.
        at_a_time: how many trials, those of whole configurations, a worker gets.
    """
    from harness.execution.schedulers import SuccessiveHalving

    sweep = resolve([*SWEEP, f"run_dir={where}"])
    halving = make_halving(sweep.settings.scheduler, sweep.trials)

    def session() -> SuccessiveHalving:
        known = standing(sweep.trials, sweep.swept, load(where), halving, searched=False)
        scheduler = SuccessiveHalving(known)
        scheduler.on_trial_add(None, trial)
        return scheduler

    said, written = [], dict[str, int]()
    write = RunDirectory.write_checkpoint

    def write_and_die(run: RunDirectory, trial_id: str, data: bytes) -> None:
        write(run, trial_id, data)
        written[trial_id] = written.get(trial_id, 0) + 1
        if dies(trial_id, written[trial_id]):
            raise Killed

    with pytest.MonkeyPatch.context() as patch, planned(sweep, []) as run:
        patch.setattr(keeping, "MOST_SHARE", 1e9)
        patch.setattr(RunDirectory, "write_checkpoint", write_and_die)
        job = assignment(sweep, run, halving=halving, checkpoint_s=1e-9, stack=stack)
        for n, ids in enumerate(Groups(at_a_time, 1, whole=True).of(sweep.trials)):
            trial = SimpleNamespace(trial_id=f"tune's {n}")
            scheduler = session()
            at_work, going = worker(job, ids), True
            while going:
                try:
                    result = at_work.step()
                except Killed:
                    at_work = worker(job, ids, ended=run.finished())
                    scheduler = session() if driver else scheduler
                    continue
                decision = scheduler.on_trial_result(None, trial, result)
                for each in result["judged"]:
                    said.append((each.configuration, each.epoch, each.score, each.stopped))
                stopped = [each for each in result["judged"] if each.stopped]
                for record in (record for each in stopped for record in each.so_far):
                    run.write(dataclasses.replace(record, status="pruned"))
                    run.end_checkpoint(record.trial_id)
                going = decision == scheduler.CONTINUE and not result["done"]
                if stopped and going:
                    at_work.stop_trials([id_ for each in stopped for id_ in each.going])
    return said, [recorded for _, recorded in scheduler._brackets[0]._rungs]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("seed_that_dies", "driver"), [(0, False), (1, True)])
def test_a_death_between_two_rungs_changes_no_decision(
    seed_that_dies: int, driver: bool, tmp_path: Path
) -> None:
    undisturbed, rungs = swept(tmp_path / "control")
    assert {stopped for *_, stopped in undisturbed} == {True, False}
    assert {epoch for _, epoch, *_ in undisturbed} == {1, 2, 4}
    sweep = resolve([*SWEEP])
    mortal = {ids[seed_that_dies] for ids in together(sweep.trials)}
    # In the first epoch, at a rung that is not told yet, after it, and between the last two.
    said, after = swept(
        tmp_path / "run", lambda id_, n: id_ in mortal and n in {1, 4, 5, 7}, driver=driver
    )
    assert list(dict.fromkeys(said)) == undisturbed, "a rung is missed or judged by other scores"
    again = [each for i, each in enumerate(said) if each in said[:i]]
    assert again, "no worker died after a rung"
    assert {stopped for *_, stopped in again} == {False}
    assert after == rungs, "a rung holds a configuration twice or lacks one"
    same_results(tmp_path / "run", tmp_path / "control")


def in_order(said: list[Any]) -> list[Any]:
    return sorted(said, key=lambda each: each[:2])


def same_decisions(said: list[Any], expected: list[Any]) -> None:
    """But for the roundings of a stack."""
    assert [(*each[:2], each[3]) for each in said] == [(*each[:2], each[3]) for each in expected]
    scores = [[score for *_, score, _ in each] for each in (said, expected)]
    assert scores[0] == pytest.approx(scores[1], rel=1e-4)


@pytest.mark.timeout(600)
def test_configurations_of_one_worker_are_judged_as_by_themselves(tmp_path: Path) -> None:
    """Trained in turns, those that are stopped leave no trace in the others, to the bit."""
    said, rungs = swept(tmp_path / "control")
    several, after = swept(tmp_path / "run", at_a_time=8)
    assert [epoch for _, epoch, *_ in several] == sorted(epoch for _, epoch, *_ in several)
    assert in_order(several) == in_order(said)
    assert after == rungs
    same_results(tmp_path / "run", tmp_path / "control")


@pytest.mark.timeout(600)
def test_a_stack_goes_on_without_the_configurations_that_are_stopped(tmp_path: Path) -> None:
    said, _ = swept(tmp_path / "control")
    mortal = resolve([*SWEEP]).trials[0].trial_id  # the default, which is never stopped
    stacked, _ = swept(tmp_path / "run", lambda i, n: (i, n) == (mortal, 9), stack=8, at_a_time=8)
    told = {each[:2]: each for each in stacked}  # some once more, after the death
    assert len(told) < len(stacked)
    same_decisions(in_order(list(told.values())), in_order(said))
    stacked_rows, alone = (load(tmp_path / of).trials for of in ("run", "control"))
    status = [dict(zip(r["trial_id"], r["status"], strict=True)) for r in (stacked_rows, alone)]
    assert status[0] == status[1]
    assert set(status[0].values()) == {"ok", "pruned"}
    assert set(stacked_rows["env.stack"]) == {8}


class ForOne(Room):
    """A machine with room for the two seeds of one configuration."""

    def trials(self) -> int:
        return 1


def test_without_room_for_all_the_first_are_judged_and_end_before_others_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, _ = swept(tmp_path / "control", stack=2)
    monkeypatch.setattr("harness.execution.worker.Room", ForOne)
    several, _ = swept(tmp_path / "run", stack=8, at_a_time=8)
    same_decisions(several, said)
    assert set(load(tmp_path / "run").trials["env.stack"]) == {2}
