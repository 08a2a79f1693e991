"""Pictures that are lost or damaged are named, and nothing is said where all are there."""

import shutil
from pathlib import Path

import numpy as np
import pytest

import reports
from harness.errors import CorruptFileError
from harness.methods import supervision
from harness.results import RunDirectory, TrialRecord, load
from harness.results.arrays.lost import lost_pictures
from harness.results.storage import Storage
from reports import leaderboard
from tests.harness.results.helpers import synthetic

FIXTURE = Path(__file__).parents[3] / "fixtures" / "schema_1" / "comparison"


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


def flipped(file: Path) -> Path:
    """Change a byte of a member of an archive, away from its end and the names."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    return file


def test_contents_are_not_read_to_learn_what_is_there(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = load(run)
    flipped(next((run / "artifacts").glob("*.npz")))
    monkeypatch.setattr(Storage, "read", None)
    assert lost_pictures(results) == []


def test_what_is_altered_within_is_told_once_it_is_read(run: Path) -> None:
    results = load(run)
    file = flipped(next((run / "artifacts").glob("*.npz")))
    for _ in range(2):
        with pytest.raises(CorruptFileError, match="torn or altered"):
            results.artifact(file.stem)
    (line,) = results.problems
    assert line.startswith(f"artifacts/{file.name}: ")
    assert line.endswith("; its pictures are left out")


def test_pages_tell_what_they_could_not_draw(run: Path, tmp_path: Path) -> None:
    for file in (run / "artifacts").glob("*.npz"):
        flipped(file)
    results = load(run)
    page = reports.build(results, "comparison", tmp_path / "page.html").read_text()
    assert results.problems
    board = leaderboard.draw([load(run)], supervision, tmp_path / "board.html").read_text()
    for html in (page, board):
        assert html.count("; its pictures are left out") >= len(results.problems)


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
