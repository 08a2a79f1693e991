"""Trials that a worker trains together: each has the record that it has alone."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from harness.config.schema import TrialConfig
from harness.results import TrialRecord
from harness.trial.keeping import Checkpoints
from harness.trial.run import Advance, trial_in_steps
from harness.trial.stacked import room
from harness.trial.stacked.pace import Known, Pace
from harness.trial.stacked.room import Room
from harness.trial.stacked.together import Running, Together
from models.method import Batch, Noise, Phase, Stats, Values
from tests.harness.helpers import toys
from tests.harness.trial.test_checkpoint import Folder, Killed

CPU = torch.device("cpu")


class MeanOfImages(toys.KnownBound):
    """As its base, by a number that a stack can have: its loss is NaN from where ``lr`` is > 1."""

    def objective(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        loss = (self.mean - batch["image"]).square().mean()
        self.steps.add_(1)
        broken = (torch.as_tensor(values["lr"]) > 1) & (self.steps > toys.STEPS + 2)
        return loss * torch.where(broken, torch.nan, 1.0), {"noise": noise["z"].mean()}


class DrawsByItself(MeanOfImages):
    def objective(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        loss, stats = super().objective(batch, noise, values)
        return loss + 0 * torch.rand_like(loss), stats


class LaterPastItsArguments(MeanOfImages):
    """A phase of its second half reads a number other than from its arguments."""

    def phases(self) -> tuple[Phase, ...]:
        return Phase("first", "objective"), Phase("later", "past", during=(0.5, 1.0))

    def past(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        loss, stats = self.objective(batch, noise, values)
        return loss * (1 + self.hyperparameters.lr), stats


def planned(method: Any, *rates: float, **changes: int) -> dict[str, TrialConfig]:
    trials = {}
    for seed, lr in enumerate(rates):
        trial = toys.trial(method, seed, **changes)
        numbers = dataclasses.replace(trial.hyperparameters, lr=lr)
        trial = dataclasses.replace(trial, hyperparameters=numbers)
        trials[trial.trial_id] = trial
    return trials


def begins(
    trials: dict[str, TrialConfig], folder: Folder | None = None, every_s: float | None = None
) -> Callable[[str], Running]:
    def begin(trial_id: str) -> Running:
        kept = Checkpoints(folder, every_s, print) if folder else None
        data = toys.dataset()
        return trial_in_steps(trials[trial_id], data, CPU, {}, keep=True, checkpoints=kept)

    return begin


def all_of(together: Together, trial_ids: Sequence[str]) -> dict[str, TrialRecord]:
    records: dict[str, TrialRecord] = {}
    while len(records) < len(trial_ids):
        trial_id, said = together.next([i for i in trial_ids if i not in records])
        if not isinstance(said, Advance):
            records[trial_id] = said
    return records


def assert_same(record: TrialRecord, alone: TrialRecord) -> None:
    """But for roundings, and for what says how they were trained."""
    assert (record.status, record.seed, record.params) == (alone.status, alone.seed, alone.params)
    for name in ("epoch", "step", "split", "metric"):
        assert getattr(record.curves, name) == getattr(alone.curves, name)
    np.testing.assert_allclose(record.curves.value, alone.curves.value, rtol=1e-5, atol=1e-7)
    assert record.metrics == pytest.approx(alone.metrics, rel=1e-5)
    assert record.arrays.keys() == alone.arrays.keys()
    assert (record.model is None) == (alone.model is None)
    assert record.env.keys() == alone.env.keys()


@pytest.mark.parametrize("size", [2, 8])
def test_every_trial_has_its_own_record(size: int) -> None:
    trials = planned("vae", 1e-3, 2e-3, 3e-3)
    records = all_of(Together(list(trials), begins(trials), Pace(size, Known())), list(trials))
    for trial_id, trial in trials.items():
        alone = toys.run(trial, toys.dataset(), keep=True)[1]
        assert_same(records[trial_id], alone)
    assert [records[i].env["stack"] for i in trials] == ([2, 2, 1] if size == 2 else [3] * 3)
    assert {record.env["stack_choice"] for record in records.values()} == {"as asked for"}


def test_a_row_says_why_there_are_no_graphs() -> None:
    trials = planned(MeanOfImages, 1e-3, 2e-3)
    stack = Together(list(trials), begins(trials), Pace(2, Known()), graphs=True)
    for record in all_of(stack, list(trials)).values():
        assert record.env["stack_choice"] == "as asked for; no CUDA graphs: not on a GPU"


def test_one_by_one_they_are_the_same_to_the_bit() -> None:
    trials = planned("vae", 1e-3, 2e-3)
    records = all_of(Together(list(trials), begins(trials), Pace(1, Known())), list(trials))
    for trial_id, trial in trials.items():
        alone = toys.run(trial, toys.dataset(), keep=True)[1]
        assert records[trial_id].curves == alone.curves
        assert records[trial_id].model == alone.model
        assert records[trial_id].env["stack"] == 1


def test_one_that_diverges_has_its_row_and_the_others_go_on() -> None:
    trials = planned(MeanOfImages, 0.01, 2.0, 0.02, epochs=4)
    records = all_of(Together(list(trials), begins(trials), Pace(8, Known())), list(trials))
    assert [records[i].status for i in trials] == ["ok", "diverged", "ok"]
    for trial_id, trial in trials.items():
        assert_same(records[trial_id], toys.run(trial, toys.dataset(), keep=True)[1])
        assert records[trial_id].env["stack"] == 3


def test_what_cannot_be_stacked_begins_again_one_by_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    trials = planned(DrawsByItself, 0.01, 0.02)
    records = all_of(Together(list(trials), begins(trials), Pace(2, Known())), list(trials))
    assert "2 trials begin again, one by one: RuntimeError: " in capsys.readouterr().out
    for record in records.values():
        assert (record.status, record.env["stack"]) == ("ok", 1)
        assert "randomness" in record.env["stack_choice"]


def test_a_phase_that_begins_later_is_looked_at_then(capsys: pytest.CaptureFixture[str]) -> None:
    trials = planned(LaterPastItsArguments, 0.01, 0.02)
    records = all_of(Together(list(trials), begins(trials), Pace(2, Known())), list(trials))
    assert "2 trials begin again, one by one: NotStackableError: the loss of phase 'later' is" in (
        capsys.readouterr().out
    )
    for trial_id, trial in trials.items():
        assert_same(records[trial_id], toys.run(trial, toys.dataset(), keep=True)[1])


class Two(Room):
    """A machine with room for two trials."""

    def trials(self) -> int:
        return 1


def test_no_more_are_at_work_than_there_is_room_for() -> None:
    trials = planned("vae", 1e-3, 2e-3, 3e-3)
    together = Together(list(trials), begins(trials), Pace(8, Known()), room=Two(CPU))
    records = all_of(together, list(trials))
    assert [records[i].env["stack"] for i in trials] == [2, 2, 1]
    for trial_id, trial in trials.items():
        assert_same(records[trial_id], toys.run(trial, toys.dataset(), keep=True)[1])


def test_room_is_what_the_first_trial_takes_of_what_is_free(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    taken = iter([100_000, 100_000, 300_000])  # kilobytes, on Linux
    monkeypatch.setattr(
        room.resource, "getrusage", lambda who: SimpleNamespace(ru_maxrss=next(taken))
    )
    monkeypatch.setattr(room.sys, "platform", "linux")
    (tmp_path / "meminfo").write_text("MemTotal:  9000000 kB\nMemAvailable:  1000000 kB\n")
    monkeypatch.setattr(room, "MEMINFO", tmp_path / "meminfo")
    of_first = Room(CPU)
    assert of_first.trials() is None, "nothing is known of one that takes nothing new"
    assert of_first.trials() == 3


def killed(trials: dict[str, TrialConfig], after: int) -> Folder:
    """The checkpoints of a stack that was killed when it had written so many; one is due always."""
    folder = Folder()

    def kill(n: int) -> None:
        if n == after:
            raise Killed

    folder.after_write = kill
    together = Together(list(trials), begins(trials, folder, 1e-9), Pace(8, Known()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("harness.trial.keeping.MOST_SHARE", 1e9)
        with pytest.raises(Killed):
            all_of(together, list(trials))
    folder.after_write = lambda n: None
    return folder


def test_a_stack_that_is_killed_goes_on_from_the_checkpoints_of_its_trials() -> None:
    """One has a step more than another, and the third has none: who is behind catches up."""
    trials = planned("vae", 1e-3, 2e-3, 3e-3)
    folder = killed(trials, after=7)
    assert len(folder.files) == 3
    del folder.files[list(trials)[2]]
    together = Together(list(trials), begins(trials, folder), Pace(8, Known()))
    for trial_id, record in all_of(together, list(trials)).items():
        assert_same(record, toys.run(trials[trial_id], toys.dataset(), keep=True)[1])
        assert record.env["stack"] == 3


def test_a_checkpoint_of_a_stack_is_one_of_a_trial_that_goes_on_alone() -> None:
    trials = planned("vae", 1e-3, 2e-3)
    folder = killed(trials, after=4)
    together = Together(list(trials), begins(trials, folder), Pace(1, Known()))
    for trial_id, record in all_of(together, list(trials)).items():
        assert_same(record, toys.run(trials[trial_id], toys.dataset(), keep=True)[1])
        assert record.env["stack"] == 2
