"""Trials that are interrupted and go on from what was written end as if nothing had happened."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch

from harness.errors import CorruptFileError, UserError
from harness.results import Curves
from harness.trial import checkpoint
from harness.trial.keeping import Checkpoints
from harness.trial.run import run_trial
from harness.trial.weights import state
from tests.harness.helpers import toys
from tests.harness.helpers.cases import training
from tests.models.test_contract import CASES

TRAINED = [name for name, case in CASES.items() if case.build().phases()]


class Killed(BaseException):
    """What ends a process: no part of a trial catches it."""


TRIAL = toys.trial("vae")


@pytest.mark.parametrize("name", TRAINED)
def test_every_method_goes_on_to_the_bit_from_the_middle_of_a_pass(name: str) -> None:
    straight, files = training(CASES[name]), []

    def write() -> None:
        if straight.updater.steps == 4:
            files.append(checkpoint.encode(straight, TRIAL, "data", Curves(), {}))

    means = [epoch.train for epoch in straight.epochs(write)]
    again = training(CASES[name], seed=1)
    checkpoint.restore(files[0], "file", again, TRIAL, "data")
    assert (again.epoch, again.batch) == (2, 1)
    (last,) = again.epochs()
    assert last.train == means[-1]
    other = state(again.updater.method)
    assert all(torch.equal(t, other[key]) for key, t in state(straight.updater.method).items())


@dataclass
class Folder:
    """A run directory's checkpoints, in memory."""

    files: dict[str, bytes] = field(default_factory=dict)
    aside: list[str] = field(default_factory=list)
    after_write: Callable[[int], None] = lambda n: None
    n: int = 0

    def checkpoint(self, trial_id: str) -> bytes | None:
        return self.files.get(trial_id)

    def write_checkpoint(self, trial_id: str, data: bytes) -> None:
        self.files[trial_id] = data
        self.n += 1
        self.after_write(self.n)

    def end_checkpoint(self, trial_id: str, *, keep_aside: bool = False) -> None:
        if self.files.pop(trial_id, None) is not None and keep_aside:
            self.aside.append(trial_id)


def go(folder: Folder, method: str = "vae", said: list[str] | None = None) -> Any:
    """Run a trial to its end; a checkpoint is due after every step."""
    kept = Checkpoints(folder, 1e-9, (said if said is not None else []).append)
    kept_share = "harness.trial.keeping.MOST_SHARE"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_share, 1e9)
        running = run_trial(
            toys.trial(method), toys.dataset(), torch.device("cpu"), {}, checkpoints=kept
        )
        try:
            while True:
                next(running)
        except StopIteration as finished:
            kept.end(toys.trial(method).trial_id)
            return finished.value


def outcome(record: Any) -> tuple[Any, ...]:
    arrays = {name: array.tobytes() for name, array in record.arrays.items()}
    return record.trial_id, record.status, record.metrics, record.curves, arrays


@pytest.mark.parametrize("method", ["vae", "c_vitae"])
@pytest.mark.parametrize("at", [2, toys.STEPS, 2 * toys.STEPS + 1, 3 * toys.STEPS])
def test_a_killed_trial_ends_like_one_that_was_not(method: str, at: int) -> None:
    def kill(n: int) -> None:
        if n == at:
            raise Killed

    folder = Folder(after_write=kill)
    with pytest.raises(Killed):
        go(folder, method)
    torch.manual_seed(999)
    record = go(folder, method)
    assert folder.n == 3 * toys.STEPS, "it trained again what was written down"
    assert outcome(record) == outcome(go(Folder(), method))
    assert folder.files == {}
    assert folder.aside == []


def damage(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize("harm", [damage, lambda data: data[: len(data) // 2], lambda _: b""])
def test_a_damaged_checkpoint_is_set_aside(harm: Callable[[bytes], bytes]) -> None:
    folder = Folder()
    interrupted = run_trial(
        TRIAL,
        toys.dataset(),
        torch.device("cpu"),
        {},
        checkpoints=Checkpoints(folder, 1e-9, print),
    )
    next(interrupted)
    folder.files[TRIAL.trial_id] = harm(folder.files[TRIAL.trial_id])
    said: list[str] = []
    record = go(folder, said=said)
    assert folder.aside == [TRIAL.trial_id]
    assert len(said) == 1
    assert "begins anew" in said[0]
    assert outcome(record) == outcome(go(Folder()))


@pytest.mark.parametrize(
    ("trial", "data", "what"),
    [(toys.trial("vae", seed=1), "data", "configuration"), (TRIAL, "other", "data")],
)
def test_anothers_checkpoint_is_refused(trial: Any, data: str, what: str) -> None:
    file = checkpoint.encode(training(CASES["vae"]), TRIAL, "data", Curves(), {})
    with pytest.raises(CorruptFileError, match=f"another {what}"):
        checkpoint.restore(file, "file", training(CASES["vae"]), trial, data)


def test_a_checkpoint_that_cannot_be_written_is_told_and_no_trial_fails() -> None:
    def full(n: int) -> None:
        raise UserError("no room to write")

    said: list[str] = []
    assert outcome(go(Folder(after_write=full), said=said)) == outcome(go(Folder()))
    assert "no room to write" in said[0]


def test_a_checkpoint_of_other_code_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    file = checkpoint.encode(training(CASES["vae"]), TRIAL, "data", Curves(), {})
    monkeypatch.setattr(checkpoint, "digests_of", lambda _: {"models.vae": "edited"})
    with pytest.raises(CorruptFileError, match="another code"):
        checkpoint.restore(file, "file", training(CASES["vae"]), TRIAL, "data")


def trained_elsewhere(folder: Folder) -> Any:
    """Return the first thing that a trial yields which is handed over when it is trained."""
    kept = Checkpoints(folder, None, [].append)
    device = torch.device("cpu")
    running = run_trial(
        toys.trial("vae"), toys.dataset(), device, {}, checkpoints=kept, hand_over=True
    )
    return next(advance for advance in running if advance.trained)


def test_a_trained_trial_is_evaluated_by_another_process_alone() -> None:
    folder = Folder()
    assert trained_elsewhere(folder).share == 1
    torch.manual_seed(999)
    kept = Checkpoints(folder, None, [].append)
    running = run_trial(
        toys.trial("vae"), toys.dataset(), torch.device("cpu"), {}, checkpoints=kept
    )
    with pytest.raises(StopIteration) as finished:
        next(running)  # nothing is trained
    assert outcome(finished.value.value) == outcome(go(Folder()))


def test_a_trained_trial_that_is_started_again_is_handed_over_at_once() -> None:
    folder = Folder()
    trained_elsewhere(folder)
    before = dict(folder.files)
    assert trained_elsewhere(folder).epoch == toys.EPOCHS
    assert (folder.files, folder.n) == (before, 1)


def test_a_trial_that_cannot_be_handed_over_is_evaluated_where_it_trained() -> None:
    def full(n: int) -> None:
        raise UserError("no room to write")

    kept = Checkpoints(Folder(after_write=full), None, [].append)
    running = run_trial(
        toys.trial("vae"), toys.dataset(), torch.device("cpu"), {}, checkpoints=kept, hand_over=True
    )
    assert not any(advance.trained for advance in running)


def test_what_was_trained_on_another_device_is_evaluated_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder, identity = Folder(), checkpoint._identity
    on_gpu = {checkpoint.KIND: "cuda"}
    with monkeypatch.context() as patch:  # there is no GPU here
        patch.setattr(checkpoint, "_identity", lambda *of: {**identity(*of), **on_gpu})
        patch.setattr(checkpoint, "device_name", lambda device: "a GPU")
        trained_elsewhere(folder)
    record = go(folder)
    assert record.env["device"] == "a GPU"
    assert (folder.aside, outcome(record)) == ([], outcome(go(Folder())))
