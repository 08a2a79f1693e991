"""``verify`` sets bad files aside; afterwards ``finished`` is exactly what need not run again."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harness.results import RunDirectory, load
from harness.results.storage import Storage
from tests.harness.results.helpers import synthetic


def empty(path: Path) -> None:
    path.write_bytes(b"")


def truncated(share: float) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        data = path.read_bytes()
        path.write_bytes(data[: int(share * len(data))])

    return damage


def flipped(share: float) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[int(share * (len(data) - 1))] ^= 0x10
        path.write_bytes(data)

    return damage


TWO = synthetic.trial_id(2)
DAMAGES = [empty, *map(truncated, (0.0005, 0.3, 0.7, 0.999)), *map(flipped, (0, 0.1, 0.5, 0.9, 1))]


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    made = synthetic.create(tmp_path / "run", 8)
    for index in range(1, 7):
        made.write(synthetic.record(index, points=20))
    return made


def file_of(run: RunDirectory, kind: str, index: int) -> Path:
    return Path(run.location) / kind / f"part-{synthetic.trial_id(index)}.parquet"


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", ["trials", "curves"])
def test_a_damaged_part_counts_as_unfinished(
    run: RunDirectory, kind: str, damage: Callable[[Path], None]
) -> None:
    damage(file_of(run, kind, 2))
    problems = run.verify()
    assert len(problems) == 1
    assert f"{kind}/part-{synthetic.trial_id(2)}.parquet" in problems[0]
    assert "moved to corrupt/" in problems[0]
    assert run.finished() == {synthetic.trial_id(index) for index in (1, 3, 4, 5, 6)}
    assert len(list((Path(run.location) / "corrupt").iterdir())) == 2
    assert run.verify() == []
    run.write(synthetic.record(2, points=20))
    assert load(run.location).counts["finished"] == 6


def test_a_row_without_curves_or_under_another_name(run: RunDirectory) -> None:
    file_of(run, "curves", 1).unlink()
    file_of(run, "trials", 2).replace(file_of(run, "trials", 3))
    file_of(run, "curves", 4).write_bytes(file_of(run, "curves", 5).read_bytes())
    problems = "\n".join(run.verify())
    assert f"trials/part-{synthetic.trial_id(1)}.parquet: its curves are missing" in problems
    for index in (3, 4):
        name = f"trials/part-{synthetic.trial_id(index)}.parquet"
        assert f"{name}: holds another trial than its name says" in problems
    assert run.finished() == {synthetic.trial_id(index) for index in (5, 6)}


@pytest.mark.parametrize("kind", ["trials", "curves"])
def test_a_damaged_compact_file_is_set_aside_with_all_it_holds(
    run: RunDirectory, kind: str
) -> None:
    run.compact(min_parts=1)
    run.write(synthetic.record(7, points=20))
    flipped(0.5)(Path(run.location) / kind / "compact-000001.parquet")
    assert len(run.verify()) == 1
    assert run.finished() == {synthetic.trial_id(7)}
    assert run.compact(min_parts=1) == 1
    assert load(run.location).problems == []


def test_parts_are_not_deleted_for_a_damaged_compact_file(run: RunDirectory) -> None:
    parts = [file_of(run, kind, index) for kind in ("trials", "curves") for index in (1, 2)]
    kept = {path: path.read_bytes() for path in parts}
    run.compact(min_parts=1)
    for path, data in kept.items():  # as if the merge had been killed before it deleted these
        path.write_bytes(data)
    truncated(0.5)(Path(run.location) / "curves/compact-000001.parquet")
    assert run.compact(min_parts=100) == 0
    assert all(path.exists() for path in parts)
    assert len(run.verify()) == 1
    assert run.finished() == {synthetic.trial_id(1), synthetic.trial_id(2)}
    assert load(run.location).problems == []


def test_damaged_twice(run: RunDirectory) -> None:
    for _ in range(2):
        empty(file_of(run, "trials", 2))
        assert len(run.verify()) == 1
        run.write(synthetic.record(2))
    assert len(list((Path(run.location) / "corrupt").iterdir())) == 4


@pytest.mark.parametrize("damage", [empty, *map(truncated, (0.0005, 0.3, 0.7, 0.999))])
@pytest.mark.parametrize("packed", [False, True])
def test_torn_arrays_are_set_aside_but_their_trials_stay(
    run: RunDirectory, damage: Callable[[Path], None], *, packed: bool
) -> None:
    if packed:
        run.compact(min_parts=1)
    path = Path(run.location) / f"artifacts/{'compact-000001.zip' if packed else f'{TWO}.npz'}"
    damage(path)
    finished = run.finished()
    (problem,) = run.verify()
    assert f"artifacts/{path.name}: torn or altered" in problem
    assert "figures" in problem
    assert not path.exists()
    assert TWO in finished == run.finished()
    assert load(run.location).artifact(TWO) == {}


def test_no_more_than_the_ends_of_arrays_are_read(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are most of a run directory, and a sweep that goes on needs none of them."""
    run.compact(min_parts=1)
    run.write(synthetic.record(7))
    read, within = list[str](), list[str]()
    whole, ends = Storage.read, Storage.read_within
    monkeypatch.setattr(Storage, "read", lambda s, name: read.append(name) or whole(s, name))
    monkeypatch.setattr(
        Storage, "read_within", lambda s, name, do: within.append(name) or ends(s, name, do)
    )
    for file in (Path(run.location) / "artifacts").iterdir():
        flipped(0.4)(file)  # neither at its end nor of what says where that is
    assert run.verify() == []
    assert [name for name in read if name.startswith("artifacts/")] == []
    assert sorted(within) == [
        f"artifacts/{synthetic.trial_id(7)}.npz",
        "artifacts/compact-000001.zip",
    ]
    damages = run.examine().damages
    assert sorted(damage.files[0] for damage in damages) == sorted(within), "doctor reads all"


def test_only_old_temporary_files_are_deleted(run: RunDirectory) -> None:
    old, young = (Path(run.location) / f"trials/.part-{n}.parquet.0.tmp" for n in ("a", "b"))
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert run.verify() == []
    assert not old.exists()
    assert young.exists()
    run.verify(stale_after=0)
    assert not young.exists()


def test_random_damage_never_passes(run: RunDirectory) -> None:
    """Whatever is hit, every trial that is left reads as it was written."""
    whole = {str(row["trial_id"]): row for row in load(run.location).trials.to_dict("records")}
    rng = np.random.default_rng(1)
    for _ in range(12):
        index, kind = int(rng.integers(1, 7)), ("trials", "curves")[rng.integers(2)]
        damage = (truncated, flipped)[rng.integers(2)](float(rng.random()))
        damage(file_of(run, kind, index))
        results = load(run.location)
        assert len(results.problems) == 1
        for row in results.trials.to_dict("records"):
            assert repr(row) == repr(whole[str(row["trial_id"])])
        assert len(run.verify()) == 1
        assert synthetic.trial_id(index) not in run.finished()
        run.write(synthetic.record(index, points=20))
