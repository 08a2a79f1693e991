"""What stands for black and for white is found where it can only be one thing."""

from collections.abc import Iterator

import numpy as np
import pytest

from harness.data.own.values import Range, find_range
from harness.errors import CorruptFileError, UserError


def found(values: np.ndarray, name: str = "") -> str:
    images = values.reshape(-1, 1, 1)

    def chunks() -> Iterator[np.ndarray]:
        yield from np.split(images, range(2, len(images), 2))

    key = {"values": repr(values.tolist()), "dtype": str(values.dtype), "name": name}
    return str(find_range("it", key, values.dtype, chunks, len(images)))


@pytest.mark.parametrize(
    ("values", "dtype", "said"),
    [
        ([0, 0, 3, 1], "uint8", "[0,255]"),
        ([0, 1, 1, 0, 1], "uint8", "[0,1]"),
        ([0, 1, 1], "bool", "[0,1]"),
        ([0, 0, 0], "uint8", "[0,1]"),
        ([0, 256], "uint16", "[0,1023]"),
        ([0, 4095], "uint16", "[0,4095]"),
        ([0, 4096], "uint16", "[0,16383]"),
        ([0, 65535], "uint16", "[0,65535]"),
        ([0, 255], "int64", "[0,255]"),
        ([0, 0.2, 1], "float16", "[0,1]"),
        ([-1, 0.2, 1], "float32", "[-1,1]"),
        ([-0.1, 0.2], "float64", "[-1,1]"),
        ([0.5, 254.5], ">f4", "[0,255]"),
        ([0, 3, 100], "float32", "[0,255]"),
    ],
)
def test_the_only_possible_range_is_found(values: list[float], dtype: str, said: str) -> None:
    assert found(np.array(values, dtype)) == said


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([0, 1.2], "float32"),
        ([-2, 2], "float32"),
        ([0, 300], "float64"),
        ([-1, 5], "int16"),
        ([0, 70_000], "int32"),
    ],
)
def test_several_possible_ranges_are_refused(values: list[float], dtype: str) -> None:
    with pytest.raises(UserError, match=r"State it: dataset.range=\[LOW,HIGH\]"):
        found(np.array(values, dtype))


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused_with_its_image(wrong: float) -> None:
    values = np.array([0, 1, 0.5, 0.5, wrong], np.float32)
    with pytest.raises(CorruptFileError, match=r"NaN or infinity in 1 of .* the first of them 4"):
        found(values)
    with pytest.raises(CorruptFileError, match=r"the first of them 14"):
        Range(0, 1).to_bytes(values.reshape(-1, 1, 1), "it", np.arange(10, 15))


@pytest.mark.parametrize(
    ("of", "values", "as_bytes"),
    [
        (Range(0, 1), [0, 0.5, 1], [0, 128, 255]),
        (Range(-1, 1), [-1, 0, 1], [0, 128, 255]),
        (Range(0, 65535), [0, 257, 65535], [0, 1, 255]),
        (Range(0, 255), [0, 7.4, 255], [0, 7, 255]),
        (Range(10, 20), [10, 12, 20], [0, 51, 255]),
    ],
)
def test_values_become_the_nearest_bytes(
    of: Range, values: list[float], as_bytes: list[int]
) -> None:
    images = np.array(values, np.float64).reshape(-1, 1, 1, 1)
    said = of.to_bytes(images, "it", np.arange(3))
    assert said.dtype == np.uint8
    assert said.ravel().tolist() == as_bytes


def test_every_byte_comes_back_from_every_type() -> None:
    every = np.arange(256, dtype=np.uint8).reshape(-1, 1, 1, 1)
    rows = np.arange(256)
    for dtype in (np.float16, np.float32, np.float64):
        for of in (Range(0, 1), Range(-1, 1), Range(0, 255)):
            stored = (every / 255 * (of.high - of.low) + of.low).astype(dtype)
            np.testing.assert_array_equal(of.to_bytes(stored, "it", rows), every)


def test_values_outside_a_stated_range_are_refused() -> None:
    values = np.array([[0.5], [1.5]])
    with pytest.raises(UserError, match=r"outside dataset.range=\[0,1\]: 0.5 to 1.5, in image 6"):
        Range(0, 1).to_bytes(values, "it", np.array([5, 6]))


def test_a_range_is_remembered() -> None:
    values = np.array([0.25, 0.5])
    first = found(values, "remembered")

    def unread() -> Iterator[np.ndarray]:
        raise AssertionError("read again")

    key = {"values": repr(values.tolist()), "dtype": str(values.dtype), "name": "remembered"}
    assert str(find_range("it", key, values.dtype, unread, 2)) == first
