"""The image files of a folder, with what their subfolders or a table say of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath

import numpy as np

from harness.data.own.columns import Columns, require_columns
from harness.data.own.pictures import ENDINGS, found_files
from harness.data.own.splits import is_split
from harness.data.own.table import column_names, read_table
from harness.errors import CorruptFileError, UserError

FILE_COLUMNS = ("file", "filename", "file_name", "image", "path", "name")
"""What a column of names of files is called, where the user does not say."""

_SHOWN = 5


@dataclass(frozen=True, eq=False)
class Listing:
    """Images of a folder.

    Attributes:
        names: paths below the folder, with ``/``.
        columns: a value for each.
        left_out: how many image files of the folder the table does not name.
    """

    names: list[str]
    columns: Columns
    left_out: int = 0


def list_folder(folder: Path) -> Listing:
    """Return all image files below a folder; their subfolders are their labels.

    The first of these say the split where they are called train, test and so on.

    Raises:
        UserError: there are none, or some are beside the subfolders that say the split.
    """
    names = _found(folder)
    parents = [name.split("/")[:-1] for name in names]
    columns: Columns = {}
    firsts = {parent[0] if parent else "" for parent in parents}
    others = sorted(first for first in firsts if not is_split(first))
    if others and len(firsts) - len(others) > 1:  # else images for the test would be trained on
        raise UserError(
            f"{folder} has subfolders for training and for the test, and images beside them: "
            f"{', '.join(other or 'in no subfolder' for other in others)}. Move these into one of "
            "the two, or name two folders: dataset.path=TRAIN dataset.test_path=TEST."
        )
    if len(firsts) > 1 and not others:
        columns["split"] = np.array([parent[0] for parent in parents])
        parents = [parent[1:] for parent in parents]
    if any(parents):
        columns["label"] = np.array(["/".join(parent) or "." for parent in parents])
    return Listing(names, columns)


def list_table(folder: Path, table: Path, file_column: str) -> Listing:
    """Return the image files that a table names, in its order, with its other columns.

    Args:
        folder: where they are.
        table: a CSV or Parquet file.
        file_column: the column of their paths below the folder; "" where it is to be found.

    Raises:
        UserError: it is not certain which column that is.
        CorruptFileError: the table cannot be read, or names files that are not there or twice.
    """
    known = column_names(table)
    if file_column:
        require_columns(str(table), dict.fromkeys(known), {file_column: "dataset.file"})
    else:
        file_column = _file_column(table, known)
    columns = read_table(table, (file_column,))
    names = [normpath(name.replace("\\", "/")) for name in columns.pop(file_column)]
    found = set(_found(folder))
    _refuse(table, "twice", [name for name, n in _counts(names) if n > 1], "Keep one row of each.")
    absent = [name for name in names if name not in found]
    _refuse(
        table,
        f"that are not in {folder} or end in none of {', '.join(ENDINGS)}",
        absent,
        "Add them, or take out their rows; names are paths below that folder.",
    )
    return Listing(names, columns, len(found) - len(names))


def _found(folder: Path) -> list[str]:
    if not folder.is_dir():
        raise UserError(
            f"{folder} is no folder; dataset=folder reads image files below one. A file of arrays "
            "is dataset=arrays."
        )
    names = found_files(folder)
    if not names:
        raise UserError(
            f"{folder} holds no image files: names that end in {', '.join(ENDINGS)} are looked "
            "for, in subfolders too."
        )
    return names


def _file_column(table: Path, known: Sequence[str]) -> str:
    fit = [name for name in known if name.lower() in FILE_COLUMNS]
    if len(fit) != 1:
        raise UserError(
            f"{table}: which of its columns has the names of the files? It has "
            f"{', '.join(known)}. Name it by dataset.file=COLUMN."
        )
    return fit[0]


def _counts(names: Sequence[str]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return list(counts.items())


def _refuse(table: Path, fault: str, names: Sequence[str], remedy: str) -> None:
    if names:
        more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
        raise CorruptFileError(
            f"{table} names {len(names):,} files {fault}: {', '.join(names[:_SHOWN])}{more}. "
            f"{remedy}"
        )
