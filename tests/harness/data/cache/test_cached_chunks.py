"""Entries made piece by piece, large ones, and what becomes of faults of the cache folder."""

import errno
import fcntl
import itertools
import multiprocessing
import os
import shutil
import threading
import time
import tracemalloc
import warnings
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from harness.data.cache import arrays, entry_file
from harness.data.cache.arrays import cached_chunks, with_progress
from harness.errors import UserError

ROWS, WIDTH = 50, 1000


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def row(i: int) -> np.ndarray:
    return np.arange(i, i + WIDTH).astype(np.uint8)


WHOLE = np.stack([row(i) for i in range(ROWS)])


def chunks() -> Iterator[np.ndarray]:
    for start in range(0, ROWS, 7):  # the last chunk is smaller
        yield np.stack([row(i) for i in range(start, min(start + 7, ROWS))])


def never() -> Iterator[np.ndarray]:
    raise AssertionError("made again")


def get(made: object = chunks, shape: tuple[int, ...] = (ROWS, WIDTH)) -> np.ndarray:
    return cached_chunks("rows", {"seed": 0}, shape, made)  # type: ignore[arg-type]


def entry(folder: Path) -> Path:
    (path,) = folder.glob("*.npy")
    return path


def test_chunks_are_joined_once_and_then_mapped(folder: Path) -> None:
    for array in (get(), get(never)):
        np.testing.assert_array_equal(array, WHOLE)
        assert not array.flags.writeable
        assert isinstance(array.base, np.memmap)
    np.testing.assert_array_equal(np.load(entry(folder)), WHOLE)
    assert list(folder.iterdir()) == [entry(folder)]


PLACES = np.random.default_rng(0).permutation(ROWS)


def scattered() -> np.ndarray:
    return cached_chunks("rows", {"seed": 0}, (ROWS, WIDTH), chunks, places=PLACES)


def test_rows_are_written_to_their_places(folder: Path) -> None:
    for array in (scattered(), np.load(entry(folder))):
        for row_of_chunks, place in enumerate(PLACES):
            np.testing.assert_array_equal(array[place], row(row_of_chunks))
    content = entry(folder).read_bytes()
    assert zlib.crc32(content[:-4]).to_bytes(4, "big") == content[-4:]


def test_rows_stand_in_their_places_without_a_cache_too(monkeypatch: pytest.MonkeyPatch) -> None:
    in_cache = scattered()
    monkeypatch.setenv("UNBRAID_CACHE", "/dev/null/nowhere")
    with pytest.warns(UserWarning, match="not cached"):
        np.testing.assert_array_equal(scattered(), in_cache)


@pytest.mark.parametrize("n", [ROWS - 1, ROWS + 1])
def test_too_few_and_too_many_rows_for_their_places_are_refused(n: int) -> None:
    def wrong() -> Iterator[np.ndarray]:
        yield np.zeros((n, WIDTH), np.uint8)

    with pytest.raises(ValueError, match="not those of an array"):
        cached_chunks("rows", {"seed": 0}, (ROWS, WIDTH), wrong, places=PLACES)


def test_one_chunk_at_a_time_is_in_memory() -> None:
    n, width = 64, 1 << 20

    def large() -> Iterator[np.ndarray]:
        for i in range(n):
            yield np.full((1, width), i, np.uint8)

    tracemalloc.start()
    array = get(large, (n, width))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert array[:, 0].tolist() == list(range(n))
    assert most < 4 * width  # of the 64 that the whole takes


@pytest.mark.parametrize("shape", [(ROWS + 1, WIDTH), (ROWS - 1, WIDTH)])
def test_chunks_of_another_array_are_refused(folder: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="not those of an array"):
        get(chunks, shape)
    assert list(folder.iterdir()) == []


def test_an_error_of_the_maker_is_passed_on_and_leaves_nothing(folder: Path) -> None:
    def breaks() -> Iterator[np.ndarray]:
        yield WHOLE[:7]
        raise UserError("one image is torn")

    with pytest.raises(UserError, match="torn"):
        get(breaks)
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("no_cache")
def test_a_small_array_is_made_in_memory_where_the_folder_is_at_fault() -> None:
    with pytest.warns(UserWarning, match="not cached") as caught:
        np.testing.assert_array_equal(get(), WHOLE)
    assert len(caught) == 1


def test_without_room_for_a_large_one_nothing_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_file, "LARGE", 1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=30_000))
    with pytest.raises(UserError, match=r"cannot be kept .* free.*UNBRAID_CACHE"):
        get(never)


def test_a_disk_that_fills_up_is_told_with_its_remedy(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(entry_file, "LARGE", 1000)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match=r"No space left on device.*UNBRAID_CACHE"):
        get()
    assert list(folder.iterdir()) == []


def test_the_checksum_of_a_large_entry_is_compared_when_written_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    get()
    damaged = bytearray(entry(folder).read_bytes())
    damaged[-100] ^= 1
    entry(folder).write_bytes(damaged)
    with monkeypatch.context() as small:
        small.setattr(entry_file, "LARGE", 1000)
        assert (get(never) != WHOLE).sum() == 1
    with pytest.warns(UserWarning, match="checksum"):
        np.testing.assert_array_equal(get(), WHOLE)

    monkeypatch.setattr(entry_file, "LARGE", 1000)
    differing = itertools.count()
    monkeypatch.setattr(entry_file, "_crc_bytes", lambda crc: bytes([next(differing)] * 4))
    entry(folder).unlink()
    with pytest.warns(UserWarning, match="checksum"), pytest.raises(UserError, match="otherwise"):
        get()


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b + b"x", lambda b: b"\0" * len(b)])
def test_a_large_entry_of_the_wrong_length_or_header_is_made_again(
    damage: object, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    get()
    monkeypatch.setattr(entry_file, "LARGE", 1000)
    entry(folder).write_bytes(damage(entry(folder).read_bytes()))  # type: ignore[operator]
    with pytest.warns(UserWarning, match="made again"):
        np.testing.assert_array_equal(get(), WHOLE)


def test_what_a_killed_process_left_is_removed_and_what_another_writes_is_not(folder: Path) -> None:
    folder.mkdir()
    dead, alive = folder / ".unfinished-dead", folder / ".unfinished-alive"
    for path in (dead, alive):
        path.write_bytes(b"half")
    os.utime(dead, (0, time.time() - 2 * 3600))
    get()
    assert not dead.exists()
    assert alive.exists()


def _make_slowly(folder: str, started: Path, made: Path) -> None:
    os.environ["UNBRAID_CACHE"] = folder

    def slowly() -> Iterator[np.ndarray]:
        started.touch()
        for chunk in chunks():
            time.sleep(0.05)
            yield chunk
        made.touch()

    get(slowly)


def test_a_process_waits_for_another_that_makes_the_same(folder: Path, tmp_path: Path) -> None:
    started, made = tmp_path / "started", tmp_path / "made"
    other = multiprocessing.get_context("spawn").Process(
        target=_make_slowly, args=(str(folder), started, made)
    )
    other.start()
    while not started.exists():
        assert other.is_alive()
        time.sleep(0.01)
    np.testing.assert_array_equal(get(never), WHOLE)
    assert made.exists()
    other.join()
    assert other.exitcode == 0


def _begin_and_never_end(folder: str, started: Path) -> None:
    os.environ["UNBRAID_CACHE"] = folder

    def half() -> Iterator[np.ndarray]:
        yield WHOLE[:20]
        started.touch()
        time.sleep(1e6)

    get(half)


def test_a_process_whose_maker_is_killed_makes_the_whole_itself(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays, "QUIET_S", 0.05)
    started = tmp_path / "started"
    other = multiprocessing.get_context("spawn").Process(
        target=_begin_and_never_end, args=(str(folder), started)
    )
    other.start()
    while not started.exists():
        assert other.is_alive()
        time.sleep(0.01)
    waiting = threading.Event()
    monkeypatch.setattr(arrays, "beat", lambda doing: "wait" in doing and waiting.set())
    with ThreadPoolExecutor(1) as pool:
        here = pool.submit(get)
        assert waiting.wait(60), "it did not wait"
        assert not here.done()
        assert list(folder.glob("*.npy")) == []
        other.kill()
        np.testing.assert_array_equal(here.result(60), WHOLE)
    other.join()
    np.testing.assert_array_equal(get(never), WHOLE)


def test_where_the_folder_knows_no_locks_the_array_is_made_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(file: int, operation: int) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", unknown)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # filelock's own fallback would warn and may wait for ever
        np.testing.assert_array_equal(get(), WHOLE)
    np.testing.assert_array_equal(get(never), WHOLE)


def test_progress_is_printed_when_it_takes_long(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    list(with_progress("faces", ROWS, chunks()))
    assert capsys.readouterr().err == ""
    clock = iter(range(0, 1000, 4))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    assert np.array_equal(np.concatenate(list(with_progress("faces", ROWS, chunks()))), WHOLE)
    # Chunks end 4, 8, ... s after the start: the second is the first after more than 5 s.
    first = capsys.readouterr().err.splitlines()[0]
    assert first == "faces: 14 of 50 images prepared, about 21 s left"
