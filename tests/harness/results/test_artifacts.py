"""Pictures that are lost or damaged are named, and nothing is said where all are there."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from harness.results import RunDirectory, TrialRecord, load
from harness.results.artifacts import lost_pictures
from tests.harness.results.helpers import synthetic

FIXTURE = Path(__file__).parents[2] / "fixtures" / "schema_1" / "comparison"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURE, tmp_path / "run"))


def test_nothing_is_said_of_a_whole_run(run: Path) -> None:
    assert lost_pictures(load(run)) == []


def test_a_file_that_is_gone_and_one_that_is_garbled(run: Path) -> None:
    gone, garbled, *_ = sorted((run / "artifacts").glob("*.npz"))
    gone.unlink()
    garbled.write_bytes(garbled.read_bytes()[:-50] + bytes(50))
    damaged, lost = lost_pictures(load(run))
    assert damaged.startswith(f"artifacts/{garbled.name}: ")
    assert damaged.endswith("; its pictures are left out")
    assert lost == f"artifacts: the pictures of a trial are lost: {gone.stem}"


def test_rows_tell_whether_there_were_any(tmp_path: Path) -> None:
    """Without a file of any trial nothing but the rows can say it."""
    directory = RunDirectory(tmp_path / "run")
    columns = synthetic.COLUMNS
    columns = type(columns)(columns.metrics, columns.times, {**columns.env, "arrays": int})
    with directory.lock():
        directory.create(synthetic.SWEEP, synthetic.plan(4), columns)
        for place, n in ((1, 1), (2, 1), (3, 0)):
            made: TrialRecord = synthetic.record(place)
            made.arrays = {"image": np.zeros(3)} if n else {}
            made.env["arrays"] = n
            directory.write(made)
    assert lost_pictures(load(tmp_path / "run")) == []
    shutil.rmtree(tmp_path / "run" / "artifacts")
    (line,) = lost_pictures(load(tmp_path / "run"))
    assert line.startswith("artifacts: the pictures of 2 trials are lost: ")
