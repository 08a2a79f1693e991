"""Each kind of damage is found by reading alone, and set aside by --repair, never deleted."""

import argparse
import os
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.commands import doctor
from harness.errors import UserError
from harness.results import RunDirectory, load
from harness.results.encoding import MODEL_MARK
from harness.results.seen.data import DATA
from harness.results.storage import Storage
from harness.shell import command_line
from tests.harness.results.helpers import synthetic

N = 6


def model(index: int) -> bytes:
    """Return bytes with a checksum where a trained method has it."""
    import zlib

    blank = bytes(50) + MODEL_MARK + b"00000000" + bytes([index]) * 50
    start = blank.index(MODEL_MARK) + len(MODEL_MARK)
    return blank[:start] + b"%08x" % zlib.crc32(blank) + blank[start + 8 :]


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    run = synthetic.create(tmp_path / "run", N)
    for index in range(N):
        run.write(synthetic.record(index, points=4, model=model(index)))
    Storage(run.location).write(DATA, b"{}")
    return tmp_path / "run"


def flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def part(folder: str, suffix: str = ".parquet", index: int = 1) -> Callable[[Path], Path]:
    prefix = "part-" if suffix == ".parquet" else ""
    return lambda run: run / folder / f"{prefix}{synthetic.trial_id(index)}{suffix}"


def diagnosed(run: Path, *, repair: bool = False) -> int:
    return doctor.run(argparse.Namespace(run_dir=str(run), repair=repair))


def contents(folder: Path) -> list[bytes]:
    return sorted(p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != ".lock")


def test_a_whole_run_is_in_order(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(run_dir)
    assert diagnosed(run_dir) == 0
    assert contents(run_dir) == before
    said = capsys.readouterr().out
    assert "6 trials planned, 6 have a whole row" in said
    assert "models     6 files are whole" in said
    assert "1 finished trial has no point of a curve" in said  # the failed one
    assert "BAD" not in said


@pytest.mark.parametrize(
    ("path", "finished"),
    [
        (part("trials"), N - 1),
        (part("curves"), N - 1),
        (part("artifacts", ".npz"), N),
        (part("models", ".safetensors"), N),
    ],
    ids=["row", "curve", "arrays", "model"],
)
@pytest.mark.parametrize("damage", [flip, lambda path: path.write_bytes(b"")])
def test_damage_is_found_and_set_aside(
    run_dir: Path,
    path: Callable[[Path], Path],
    finished: int,
    damage: Callable[[Path], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    damage(path(run_dir))
    before = contents(run_dir)
    assert diagnosed(run_dir) == 1
    assert contents(run_dir) == before
    said = capsys.readouterr()
    assert path(run_dir).name in said.out
    assert "--repair" in said.err
    missing = finished < N
    assert diagnosed(run_dir, repair=True) == missing
    assert contents(run_dir) == before  # moved, all of it
    assert not path(run_dir).exists()
    assert diagnosed(run_dir) == missing
    results = load(run_dir)
    assert results.problems == []
    assert len(results.trials) == finished
    said = capsys.readouterr()
    assert ("unbraid resume" in said.out) == missing
    assert ("1 trial is missing. " in said.out) == missing


def test_a_missing_curve_a_torn_record_of_data_and_a_stranger(
    run_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part("curves")(run_dir).unlink()
    (run_dir / DATA).write_bytes(b'{"a')
    other = synthetic.create(run_dir.parent / "other", N + 1)
    other.write(synthetic.record(N, points=4))
    for folder in ("trials", "curves"):
        part(folder, index=N)(run_dir.parent / "other").rename(part(folder, index=N)(run_dir))
    assert diagnosed(run_dir) == 1
    said = capsys.readouterr().out
    assert "its curves are missing" in said
    assert "data.json: torn or altered" in said
    assert "is of no planned trial" in said
    assert diagnosed(run_dir, repair=True) == 1  # a trial is missing
    assert RunDirectory(run_dir).finished() == set(load(run_dir).trials["trial_id"])
    assert len(load(run_dir).trials) == N - 1


@pytest.mark.parametrize("name", ["plan.parquet", "sweep.yaml"])
def test_a_damaged_plan_is_set_aside_and_made_anew(run_dir: Path, name: str) -> None:
    (run_dir / name).write_bytes(b"[")
    assert diagnosed(run_dir) == 1
    assert diagnosed(run_dir, repair=True) == 1  # there is no plan now
    assert not (run_dir / name).exists()
    again = synthetic.create(run_dir, N)
    assert len(again.finished()) == N
    assert diagnosed(run_dir) == 0


TOLD = command_line(
    ["unbraid", "sweep", "method=vae", "method.lr=choice(1e-4,1e-3)", "title=" + "long " * 30]
)


@pytest.mark.parametrize("where", ["", " run_dir=runs/before"])
def test_the_command_that_makes_a_torn_plan_anew_is_printed(
    run_dir: Path, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = RunDirectory(run_dir)
    directory.amend({**directory.sweep(), "command": TOLD + where, "title": "x"})
    sweep = (run_dir / "sweep.yaml").read_text()
    (run_dir / "plan.parquet").write_bytes((run_dir / "plan.parquet").read_bytes()[:100])
    command = f"{TOLD} run_dir={run_dir}"  # where the run is, not where it was
    with pytest.raises(UserError, match=re.escape(command)):
        load(run_dir)
    assert diagnosed(run_dir, repair=True) == 1
    assert command in capsys.readouterr().out.splitlines()[-1]
    assert (run_dir / "sweep.yaml").read_text() == sweep  # it is whole
    with pytest.raises(UserError, match=re.escape(command)):  # now there is no plan
        load(run_dir)


def test_a_torn_sweep_yaml_tells_the_command_if_it_is_whole(
    run_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = RunDirectory(run_dir)
    directory.amend({"command": TOLD, "title": "x", **directory.sweep()})
    text = (run_dir / "sweep.yaml").read_text()
    for end, told in ((text.index("title: x") + 8, True), (text.index("long long") + 20, False)):
        (run_dir / "sweep.yaml").write_text(text[:end] + "\n'")
        assert diagnosed(run_dir) == 1
        assert diagnosed(run_dir, repair=True) == 1
        said = capsys.readouterr().out.splitlines()[-1]
        assert (TOLD in said) == told
        assert ("does not tell it" in said) != told
        synthetic.create(run_dir, N)


@pytest.mark.parametrize("damaged", [True, False])
def test_repair_needs_the_directory_for_itself(
    run_dir: Path, damaged: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    if damaged:
        flip(part("trials")(run_dir))
    directory = RunDirectory(run_dir)
    with directory.lock():
        with pytest.raises(UserError, match="is in use by"):
            diagnosed(run_dir, repair=True)
        assert capsys.readouterr().out == ""
        assert diagnosed(run_dir) == damaged
        held = f"a sweep is running (process {os.getpid()} on {socket.gethostname()})"
        assert held in capsys.readouterr().out
        assert directory.holder()
    assert directory.holder() == ""
    assert diagnosed(run_dir) == damaged
    assert "a sweep is running" not in capsys.readouterr().out


def test_repair_makes_nothing_where_there_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist or is empty"):
        diagnosed(tmp_path / "none", repair=True)
    assert not (tmp_path / "none").exists()


def test_repair_is_for_a_run() -> None:
    with pytest.raises(UserError, match="unbraid doctor RUN_DIR --repair"):
        doctor.run(argparse.Namespace(run_dir=None, repair=True))
