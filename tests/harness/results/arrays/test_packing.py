"""Arrays in archives are what they were alone; ``test_kills.py`` kills what packs them."""

from pathlib import Path

import numpy as np
import pytest

from harness.errors import CorruptFileError
from harness.results import RunDirectory, TrialRecord, load
from harness.results.arrays import packing
from harness.results.arrays.encoding import encode_arrays
from harness.results.arrays.files import ArrayFiles, read_archive, trials_in
from harness.results.arrays.lost import lost_pictures
from harness.results.storage import Storage
from tests.harness.results.helpers import synthetic

IDS = [synthetic.trial_id(index) for index in range(12)]


def made(index: int) -> TrialRecord:
    return synthetic.record(index, points=2)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    run = synthetic.create(tmp_path / "run", 12)
    for index in range(1, 9):
        run.write(made(index))
    return run


def files(run: RunDirectory) -> list[str]:
    return sorted(path.name for path in (Path(run.location) / "artifacts").iterdir())


def walk(run: RunDirectory, index: int) -> np.ndarray:
    return load(run.location).artifact(IDS[index])["walk"]


def has_its_own(run: RunDirectory, index: int) -> bool:
    return np.array_equal(walk(run, index), made(index).arrays["walk"])


def flip(archive: Path, member: str) -> None:
    """Change a byte of one member's content."""
    data = bytearray(archive.read_bytes())
    data[data.index(member.encode()) + 100] ^= 1
    archive.write_bytes(data)


def test_archives_are_bounded_and_never_written_again(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(encode_arrays(made(1).arrays))
    monkeypatch.setattr(packing, "MOST_BYTES", 3 * size)
    run.compact(min_parts=9)
    assert len(files(run)) == 8
    run.compact(min_parts=8)
    first = [f"compact-{n:06d}.zip" for n in (1, 2, 3)]
    assert files(run) == first

    def written() -> list[tuple[int, int]]:  # a read changes the time of access
        stats = [(Path(run.location) / "artifacts" / name).stat() for name in first]
        return [(stat.st_ino, stat.st_mtime_ns) for stat in stats]

    before = written()
    run.write(made(9))
    run.compact(min_parts=1)
    assert files(run) == [*first, "compact-000004.zip"]
    assert before == written()
    assert all(has_its_own(run, index) for index in range(1, 10))
    assert lost_pictures(load(run.location)) == []


def test_arrays_without_a_row_are_left_to_their_worker(run: RunDirectory) -> None:
    name = Path(run.location) / "artifacts" / f"{IDS[10]}.npz"
    name.write_bytes(encode_arrays({"walk": np.zeros(3)}))
    run.compact(min_parts=1)
    assert files(run) == sorted(["compact-000001.zip", name.name])


def test_one_trial_is_read_without_the_others(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.compact(min_parts=1)
    archive = Path(run.location) / "artifacts/compact-000001.zip"
    flip(archive, f"{IDS[2]}.npz")
    results = load(run.location)
    read = Storage.read
    monkeypatch.setattr(
        Storage, "read", lambda self, name: read(self, name) if "compact" not in name else None
    )
    np.testing.assert_array_equal(results.artifact(IDS[3])["walk"], made(3).arrays["walk"])
    with pytest.raises(CorruptFileError, match=rf"compact-000001.zip: {IDS[2]}.npz: torn"):
        results.artifact(IDS[2])
    assert len(results.problems) == 1


def test_a_reader_finds_what_is_packed_while_it_reads(run: RunDirectory) -> None:
    arrays = ArrayFiles(Storage(run.location))
    assert arrays.read(IDS[1]).keys() == {"walk"}
    run.compact(min_parts=1)
    assert arrays.read(IDS[1]).keys() == {"walk"}
    run.write(made(9))
    run.compact(min_parts=1)
    assert arrays.read(IDS[9]).keys() == {"walk"}
    run.remove(IDS)
    assert arrays.read(IDS[9]) == {}


def test_what_was_written_last_counts(run: RunDirectory) -> None:
    """A trial that was forgotten half-way, by a killed removal, is still in an archive."""
    run.compact(min_parts=1)
    again = made(1)
    again.arrays = {"walk": np.ones(3)}
    run.write(again)
    assert walk(run, 1).tolist() == [1, 1, 1]
    run.compact(min_parts=1)
    assert files(run) == ["compact-000001.zip", "compact-000002.zip"]
    assert walk(run, 1).tolist() == [1, 1, 1]
    assert has_its_own(run, 2)


def test_a_damaged_file_stays_alone_and_a_damaged_copy_keeps_its_original(
    run: RunDirectory,
) -> None:
    folder = Path(run.location) / "artifacts"
    broken, whole = folder / f"{IDS[1]}.npz", folder / f"{IDS[2]}.npz"
    original = whole.read_bytes()
    broken.write_bytes(broken.read_bytes()[:-9])
    run.compact(min_parts=1)
    assert files(run) == sorted(["compact-000001.zip", broken.name])
    whole.write_bytes(original)  # as a kill before its deletion would have left it
    flip(folder / "compact-000001.zip", whole.name)
    run.compact(min_parts=1)
    assert has_its_own(run, 2)
    assert trials_in(Storage(run.location), "artifacts/compact-000002.zip") == {IDS[2]}


@pytest.mark.parametrize("where", ["a member", "the end"])
def test_of_a_damaged_archive_what_is_whole_is_kept(run: RunDirectory, where: str) -> None:
    run.compact(min_parts=1)
    run.write(made(9))
    archive = Path(run.location) / "artifacts/compact-000001.zip"
    if where == "the end":
        archive.write_bytes(archive.read_bytes()[:-30])
        torn, *_ = lost_pictures(load(run.location))
        assert torn.startswith("artifacts/compact-000001.zip: torn or altered")
    else:
        flip(archive, f"{IDS[2]}.npz")
    kept = set(range(3, 9)) | {1} if where == "a member" else set()
    found = run.examine().damages
    assert len(found) == 1
    assert found[0].loss.startswith("the figures of its trials will lack")
    if where == "the end":
        (problem,) = run.verify()
        assert problem == f"{found[0].text}; moved to corrupt/, {found[0].loss}"
    else:
        assert run.verify() == [], "it reads no more than the end"
        run.set_aside(found)  # as `unbraid doctor --repair` does
    assert files(run) == sorted(f"{IDS[index]}.npz" for index in {*kept, 9})
    assert all(has_its_own(run, index) for index in kept)
    assert load(run.location).artifact(IDS[2]) == {}
    assert run.verify() == []
    assert len(run.finished()) == 9


def test_removal_takes_a_trial_out_of_its_archive(run: RunDirectory) -> None:
    run.compact(min_parts=1)
    run.remove(IDS[1:3])
    storage = Storage(run.location)
    assert trials_in(storage, "artifacts/compact-000001.zip") == set(IDS[3:9])
    assert load(run.location).artifact(IDS[1]) == {}
    contents = read_archive(storage, "artifacts/compact-000001.zip", {IDS[3]})
    assert [isinstance(content, bytes) for content in contents.values()] == [True]
    run.remove(IDS)
    assert files(run) == []
