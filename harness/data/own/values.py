"""Numbers of images to bytes: which of them is black and which white."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from harness.data.cache.arrays import Key, cached, with_progress
from harness.errors import CorruptFileError, UserError

WHITES = (1, 255, 1023, 4095, 16383, 65535)
"""What white may be among whole numbers: masks, and depths of 8 to 16 bits."""


@dataclass(frozen=True)
class Range:
    """What stands for black and for white.

    Attributes:
        low: black.
        high: white, above ``low``.
    """

    low: float
    high: float

    def __str__(self) -> str:
        return f"[{self.low:g},{self.high:g}]"

    def to_bytes(self, values: np.ndarray, what: str, rows: np.ndarray) -> np.ndarray:
        """Return values as uint8, rounded to the nearest.

        Args:
            values: ``[k, ...]`` numbers.
            what: the array, for messages.
            rows: ``[k]``; which images they are.

        Raises:
            CorruptFileError: a number is NaN or infinite.
            UserError: a number is outside this range.
        """
        if values.dtype == np.uint8 and (self.low, self.high) == (0, 255):
            return values
        require_finite(values, what, rows)
        outside = _rows_where((values < self.low) | (values > self.high), rows)
        if len(outside):
            raise UserError(
                f"{what} has values outside dataset.range={self}: {_extremes(values)}, in image "
                f"{outside[0]} for example. State the range of its values, or mend the images."
            )
        scaled = (values.astype(np.float64) - self.low) * (255 / (self.high - self.low))
        return np.asarray(np.rint(scaled), np.uint8)


def require_numbers(dtype: np.dtype[np.generic], what: str) -> None:
    """Refuse images that are no real numbers.

    Raises:
        CorruptFileError: they are text, complex, dates.
    """
    if dtype.kind not in "buif":
        raise CorruptFileError(
            f"{what} is of {dtype}, not of numbers: images are uint8, uint16, float16, float32 or "
            "float64. Save it as one of these, or name another array by dataset.images."
        )


def find_range(
    what: str,
    key: Key,
    dtype: np.dtype[np.generic],
    chunks: Callable[[], Iterator[np.ndarray]],
    n: int,
) -> Range:
    """Return the range that the values of images can only have; it is remembered.

    Args:
        what: the array, for messages.
        key: the state of its file, and which array it is.
        dtype: its type.
        chunks: reads the images, some at a time.
        n: how many images there are.

    Raises:
        CorruptFileError: a number is NaN or infinite.
        UserError: several ranges are possible; says what was found.
    """
    if dtype == np.uint8:
        # The first value above 1 decides; of photographs it comes in the first image.
        def make() -> np.ndarray:
            seen = _maxima(with_progress("values", n, chunks()))
            return np.array([0.0, float(max(seen)), 1.0])

    else:

        def make() -> np.ndarray:
            return _scan(what, with_progress("values", n, chunks()))

    low, high, whole = cached("range", key, make)
    return _only_range(what, float(low), float(high), whole=bool(whole), integer=dtype.kind != "f")


def _only_range(what: str, low: float, high: float, *, whole: bool, integer: bool) -> Range:
    if low >= 0 and high <= 1:
        return Range(0, 1)
    if integer and low >= 0 and high <= WHITES[-1]:
        return Range(0, next(white for white in WHITES if high <= white))
    if -1 <= low < 0 and high <= 1:
        return Range(-1, 1)
    # 0 to 255 in floats: whole numbers, or such as fill most of the range.
    if low >= 0 and high <= 255 and (whole or high > 127):
        return Range(0, 255)
    raise UserError(
        f"{what} has values from {low:g} to {high:g}, of which it is not certain what is black "
        "and what is white. State it: dataset.range=[LOW,HIGH], for example "
        f"dataset.range=[{float(low)!r},{float(high)!r}]."
    )


def _maxima(chunks: Iterator[np.ndarray]) -> Iterator[int]:
    for chunk in chunks:
        yield int(chunk.max())
        if chunk.max() > 1:
            return


def _scan(what: str, chunks: Iterator[np.ndarray]) -> np.ndarray:
    """Return the smallest value, the largest, and 1 where all are whole numbers."""
    low, high, whole, start = np.inf, -np.inf, True, 0
    for chunk in chunks:
        require_finite(chunk, what, np.arange(start, start + len(chunk)))
        start += len(chunk)
        low, high = min(low, float(chunk.min())), max(high, float(chunk.max()))
        whole = whole and (chunk.dtype.kind != "f" or bool((chunk == np.rint(chunk)).all()))
    return np.array([low, high, float(whole)])


def require_finite(values: np.ndarray, what: str, rows: np.ndarray) -> None:
    """Refuse numbers that are none.

    Raises:
        CorruptFileError: names the first of ``rows`` with NaN or infinity.
    """
    if values.dtype.kind != "f":
        return
    wrong = _rows_where(~np.isfinite(values), rows)
    if len(wrong):
        raise CorruptFileError(
            f"{what} has NaN or infinity in {len(wrong)} of the {len(rows)} rows looked at, the "
            f"first of them {wrong[0]}. Mend or remove these."
        )


def _rows_where(wrong: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return rows[wrong.reshape(len(rows), -1).any(axis=1)]


def _extremes(values: np.ndarray) -> str:
    return f"{float(values.min()):g} to {float(values.max()):g}"
