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
from harness.results import RunDirectory, load
from harness.search.standing import standing, together
from harness.trial import keeping
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
    where: Path, dies: Callable[[str, int], bool], *, driver: bool = False
) -> tuple[list[Any], list[Any]]:
    """Run the sweep; return what was told and decided at each rung, and what the rungs hold.

    Args:
        where: the run directory.
        dies: whether a worker dies after it has written a trial's nth checkpoint.
        driver: whether the driver dies with it, and another begins with what has ended.
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

    names = dict.fromkeys(trial.configuration for trial in sweep.trials)
    with pytest.MonkeyPatch.context() as patch, planned(sweep, []) as run:
        patch.setattr(keeping, "MOST_SHARE", 1e9)
        patch.setattr(RunDirectory, "write_checkpoint", write_and_die)
        job = assignment(sweep, run, halving=halving, checkpoint_s=1e-9)
        for name, ids in zip(names, together(sweep.trials), strict=True):
            trial = SimpleNamespace(trial_id=name, config={"trial_ids": ids})
            scheduler = session()
            at_work, going = worker(job, ids), True
            while going:
                try:
                    result = at_work.step()
                except Killed:
                    at_work = worker(job, ids)
                    scheduler = session() if driver else scheduler
                    continue
                decision = scheduler.on_trial_result(None, trial, result)
                if "epoch" in result:
                    said.append((name, result["epoch"], result["judged_by"], decision))
                going = decision == scheduler.CONTINUE and not result["done"]
            for record in result.get("so_far", ()):
                run.write(dataclasses.replace(record, status="pruned"))
                run.end_checkpoint(record.trial_id)
    return said, [recorded for _, recorded in scheduler._brackets[0]._rungs]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("seed_that_dies", "driver"), [(0, False), (1, True)])
def test_a_death_between_two_rungs_changes_no_decision(
    seed_that_dies: int, driver: bool, tmp_path: Path
) -> None:
    undisturbed, rungs = swept(tmp_path / "control", lambda trial_id, n: False)
    assert {decision for *_, decision in undisturbed} == {"CONTINUE", "STOP"}
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
    assert {decision for *_, decision in again} == {"CONTINUE"}
    assert after == rungs, "a rung holds a configuration twice or lacks one"
    same_results(tmp_path / "run", tmp_path / "control")
