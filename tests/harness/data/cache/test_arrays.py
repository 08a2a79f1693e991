import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from harness.data.cache.arrays import cache_folder, cached

ARRAY = np.arange(60, dtype=np.uint8).reshape(3, 20)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def make() -> np.ndarray:
    return ARRAY.copy()


def never() -> np.ndarray:
    raise AssertionError("made again")


def get(make: Callable[[], np.ndarray] = make, seed: int = 0) -> np.ndarray:
    return cached("thing", {"seed": seed}, make)


def test_an_array_is_made_once_and_then_mapped() -> None:
    first, second = get(), get(never)
    for array in (first, second):
        np.testing.assert_array_equal(array, ARRAY)
        assert not array.flags.writeable
        assert type(array) is np.ndarray  # a memmap would be copied by pickle
        assert isinstance(array.base, np.memmap)


def test_entries_are_plain_npy_files(folder: Path) -> None:
    get()
    (entry,) = folder.iterdir()
    np.testing.assert_array_equal(np.load(entry), ARRAY)


def test_another_key_or_another_source_makes_another_entry(folder: Path) -> None:
    get()
    get(seed=1)
    cached("thing", {"seed": 0}, make, using=(import_module("harness.drawing.body").measures,))
    assert len(list(folder.iterdir())) == 3


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:-30],
        lambda whole: whole[:100],
        lambda whole: whole[:3],
        lambda whole: b"",
        lambda whole: whole[:-10] + bytes([whole[-10] ^ 1]) + whole[-9:],
        lambda whole: b"\x00" + whole[1:],
    ],
    ids=["torn", "no data", "stub", "empty", "flipped bit", "wrong magic"],
)
def test_a_damaged_entry_is_made_again(damage: Callable[[bytes], bytes], folder: Path) -> None:
    get()
    (entry,) = folder.iterdir()
    entry.write_bytes(damage(entry.read_bytes()))
    with pytest.warns(UserWarning, match="cache entry made again"):
        np.testing.assert_array_equal(get(), ARRAY)
    np.testing.assert_array_equal(get(never), ARRAY)


@pytest.mark.usefixtures("no_cache")
def test_a_folder_that_cannot_be_written_costs_a_warning() -> None:
    with pytest.warns(UserWarning, match="not cached") as caught:
        np.testing.assert_array_equal(get(), ARRAY)
    assert len(caught) == 1


def test_no_entry_is_seen_before_it_is_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def disk_full(file: int) -> None:
        assert not list(folder.glob("*.npy"))
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.warns(UserWarning, match="No space left"):
        np.testing.assert_array_equal(get(), ARRAY)
    assert list(folder.iterdir()) == []


def test_writers_at_once_agree(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        for array in pool.map(lambda _: get(), range(32)):
            np.testing.assert_array_equal(array, ARRAY)
    assert len(list(folder.iterdir())) == 1


def test_default_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNBRAID_CACHE")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert cache_folder() == Path("/home/somebody/.cache/unbraid")
