"""Trained methods in a run directory: there before the row, whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from harness.errors import UserError
from harness.results import RunDirectory, load
from harness.results.storage import Storage
from tests.harness.results.helpers import processes, synthetic


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return synthetic.create(tmp_path / "run", 4)


def model(run: RunDirectory, index: int) -> Path:
    return Path(run.location) / f"models/{synthetic.trial_id(index)}.safetensors"


def test_a_model_is_kept_beside_its_row(run: RunDirectory) -> None:
    run.write(synthetic.record(1, model=b"one"))
    run.write(synthetic.record(2))
    results = load(run.location)
    assert results.kept() == [synthetic.trial_id(1)]
    assert results.model(synthetic.trial_id(1)) == b"one"
    with pytest.raises(FileNotFoundError):
        results.model(synthetic.trial_id(2))
    run.write(synthetic.record(1, model=b"another"))
    assert results.model(synthetic.trial_id(1)) == b"another"
    run.compact(min_parts=1)
    assert load(run.location).kept() == [synthetic.trial_id(1)], "merging rows moves no models"


def test_an_object_store_keeps_models_too(tmp_path: Path) -> None:
    run = synthetic.create((tmp_path / "run").as_uri(), 2)
    run.write(synthetic.record(1, model=b"one"))
    assert load(run.location).model(synthetic.trial_id(1)) == b"one"
    run.delete_model(synthetic.trial_id(1))
    run.delete_model(synthetic.trial_id(1))  # gone already
    assert load(run.location).kept() == []


@pytest.mark.parametrize("before", [None, b"old"])
def test_killed_while_writing_there_is_never_a_row_without_its_model(
    run: RunDirectory, tmp_path: Path, before: bytes | None
) -> None:
    if before:
        run.write(synthetic.record(1, model=before))
    *killed, _ = processes.output("kill_everywhere", "write_model", run.location, tmp_path / "k")
    assert set(killed) == {"-9"}
    found = set()
    for number in range(len(killed) + 1):
        copy = RunDirectory(tmp_path / "k" / str(number))
        stored = model(copy, 1).read_bytes() if model(copy, 1).exists() else None
        found.add(stored)
        assert stored or not copy.finished()
        assert load(copy.location).kept() == [synthetic.trial_id(1)] * len(copy.finished())
        copy.verify(stale_after=0)
        assert model(copy, 1).exists() == bool(copy.finished()), "a model without a row is cleared"
        assert [path.name for path in model(copy, 1).parent.glob(".*")] == []
    assert found == {before, b"new"}


def test_what_has_no_row_counts_for_nothing_and_is_cleared_once_it_is_old(
    run: RunDirectory,
) -> None:
    run.write(synthetic.record(1, model=b"one"))
    model(run, 2).write_bytes(b"of a killed worker")
    assert load(run.location).kept() == [synthetic.trial_id(1)]
    run.verify()
    assert model(run, 2).exists(), "its worker may be about to write the row"
    os.utime(model(run, 2), (0, 0))
    os.utime(model(run, 1), (0, 0))
    assert run.verify() == []
    assert (model(run, 1).exists(), model(run, 2).exists()) == (True, False)


def test_a_forgotten_trial_takes_its_model_along(run: RunDirectory) -> None:
    for index in (1, 2):
        run.write(synthetic.record(index, model=b"one"))
    run.remove([synthetic.trial_id(1)])
    assert (model(run, 1).exists(), model(run, 2).exists()) == (False, True)


def test_no_room_for_a_model_means_no_row(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match=r"no room to write .*/models/.*finished trials are kept"):
        run.write(synthetic.record(1, model=b"one"))
    assert run.finished() == set()
    assert Storage(run.location).entries("models") == []


def test_an_old_run_without_the_folder_takes_models(tmp_path: Path) -> None:
    run = synthetic.create(tmp_path / "run", 2)
    (tmp_path / "run/models").rmdir()
    assert load(run.location).kept() == []
    with run.lock():  # as every session does
        run.write(synthetic.record(1, model=b"one"))
    assert load(run.location).kept() == [synthetic.trial_id(1)]
