"""However many images there are, few are in memory at once."""

from pathlib import Path

import numpy as np
import pytest

from harness.data.files.npy import RawArray
from harness.data.own import images as own_images
from harness.data.own.images import CHUNK_BYTES, MOST_AT_ONCE, OwnImages, rows_at_once
from harness.data.own.unpacked import unpacked
from harness.data.own.values import Range
from harness.datasets.arrays.dataset import ArraysOptions
from tests.harness.datasets.helpers.own_files import IMAGES, write_arrays


@pytest.mark.parametrize("row_bytes", [0, 1, 12_288, CHUNK_BYTES - 1, CHUNK_BYTES, 10**10])
def test_what_is_read_at_once_is_bounded(row_bytes: int) -> None:
    n = rows_at_once(row_bytes)
    assert 1 <= n <= MOST_AT_ONCE
    assert n == 1 or n * row_bytes <= CHUNK_BYTES


@pytest.mark.parametrize("ending", [".npy", ".npz", ".h5", ".parquet"])
def test_no_file_is_read_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr(own_images, "CHUNK_BYTES", 5 * IMAGES[0].nbytes)
    largest = 0
    to_bytes = Range.to_bytes

    def watched(self: Range, values: np.ndarray, what: str, rows: np.ndarray) -> np.ndarray:
        nonlocal largest
        largest = max(largest, values.nbytes)
        return to_bytes(self, values, what, rows)

    monkeypatch.setattr(Range, "to_bytes", watched)
    if ending == ".npy":
        numbers = RawArray._numbers

        def watched_numbers(self: RawArray, pieces: list[tuple[int, int]]) -> np.ndarray:
            assert sum(n for _, n in pieces) <= 5
            return numbers(self, pieces)

        monkeypatch.setattr(RawArray, "_numbers", watched_numbers)
    path = write_arrays(tmp_path / f"a{ending}")
    dataset = ArraysOptions(str(path)).load(None)
    assert 0 < largest <= 5 * IMAGES[0].nbytes
    assert not dataset.train.images.flags.owndata, "mapped"
    assert not dataset.train.images.flags.writeable


def test_rows_come_in_the_order_of_the_splits() -> None:
    pixels = np.arange(20, dtype=np.uint8).reshape(20, 1, 1, 1)
    asked = []

    def open_rows(wanted: np.ndarray) -> own_images.Take:
        asked.append(wanted.tolist())
        return lambda rows: pixels[rows]

    images = OwnImages((20, 1, 1, 1), 1, {"test": "order"}, open_rows)
    rows = {"train": np.array([7, 3, 5]), "test": np.array([0, 19])}
    train, test = images.cached("order", rows)  # type: ignore[arg-type]
    assert (train.ravel().tolist(), test.ravel().tolist()) == ([7, 3, 5], [0, 19])
    again, _ = images.cached("order", rows)  # type: ignore[arg-type]
    assert asked == [[7, 3, 5, 0, 19]], "made once"
    np.testing.assert_array_equal(again, train)


def test_unpacked_images_are_taken_in_any_order() -> None:
    wanted = np.array([9, 2, 30])
    chunks = iter([IMAGES[[2, 9]].transpose(0, 3, 1, 2), IMAGES[[30]].transpose(0, 3, 1, 2)])
    take = unpacked(chunks, wanted, (3, 12, 8))
    np.testing.assert_array_equal(take(wanted), IMAGES[wanted].transpose(0, 3, 1, 2))
