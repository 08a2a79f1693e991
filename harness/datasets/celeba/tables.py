"""The text tables of CelebA: a line for each image, whole numbers after its name."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.errors import CorruptFileError


@dataclass(frozen=True)
class Table:
    """A table's content.

    Attributes:
        path: its file.
        columns: names of the columns, in lower case; none in a file without a header.
        names: file names of the images.
        values: ``[N, columns]`` int64.
    """

    path: Path
    columns: tuple[str, ...]
    names: tuple[str, ...]
    values: np.ndarray


def read_table(path: Path, width: int, *, header: bool = True) -> Table:
    """Return a table.

    Args:
        path: the file.
        width: how many numbers follow each name.
        header: the first line is the number of images, the second names the columns.

    Raises:
        CorruptFileError: the file is not of this form, or has not as many images as it says.
    """
    try:
        lines = path.read_text().splitlines()
    except UnicodeDecodeError as error:
        raise CorruptFileError(f"{path} is no text file ({error}). Fetch it again.") from error
    columns = _header(path, lines, width) if header else ()
    rows = [line for line in lines[2 * header :] if line.strip()]
    if header and int(lines[0]) != len(rows):
        raise CorruptFileError(
            f"{path} should list {lines[0].strip()} images, as its first line says, but lists "
            f"{len(rows)}. Fetch it again, or write the number that it holds into the first line."
        )
    if not rows:
        raise CorruptFileError(f"{path} lists no images. Fetch it again.")
    names, _, numbers = zip(*(row.strip().partition(" ") for row in rows), strict=True)
    return Table(path, columns, names, _values(path, numbers, width))


def _header(path: Path, lines: list[str], width: int) -> tuple[str, ...]:
    if not lines or not lines[0].strip().isdigit():
        raise CorruptFileError(
            f"{path}: the first line should be the number of images but is "
            f"{lines[0][:40] if lines else ''!r}. Fetch CelebA's own file, which is no CSV."
        )
    columns = tuple(lines[1].lower().split()) if len(lines) > 1 else ()
    if len(set(columns)) != width or len(columns) != width:
        raise CorruptFileError(
            f"{path}: the second line should name {width} columns but names {len(set(columns))}. "
            "Fetch it again."
        )
    return columns


def _values(path: Path, numbers: tuple[str, ...], width: int) -> np.ndarray:
    if not any(numbers):  # of which numpy would only warn
        raise CorruptFileError(f"{path}: no numbers follow the images' names. Fetch it again.")
    try:
        values = np.loadtxt(numbers, np.int64, comments=None, ndmin=2)
    except ValueError as error:
        raise CorruptFileError(
            f"{path}: what follows an image's name is not {width} whole numbers (rows counted from "
            f"the first image: {error}). Fetch it again."
        ) from error
    if values.shape != (len(numbers), width):
        raise CorruptFileError(
            f"{path}: after an image's name {width} numbers are expected, {values.shape[1]} were "
            "found. Fetch it again."
        )
    return values
