"""Tables of the user's with a row for each image: CSV or Parquet files."""

import csv
from pathlib import Path

import numpy as np

from harness.data.files.parquet import describe_parquet
from harness.data.own.columns import Columns
from harness.errors import CorruptFileError, UserError

_DELIMITERS = {".csv": ",", ".tsv": "\t"}


def column_names(path: Path) -> list[str]:
    """Return the names of a table's columns; raises as :func:`read_table`."""
    if path.suffix.lower() == ".parquet":
        return list(describe_parquet(path)[0])
    try:
        return _header(path, _delimiter(path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CorruptFileError(f"{path} cannot be read as a table ({error}).") from error


def read_table(path: Path, text: tuple[str, ...] = ()) -> Columns:
    """Return the columns of a table: numbers and text; others are left out.

    Args:
        path: a file whose name ends in ``.csv``, ``.tsv`` or ``.parquet``.
        text: names of columns that are text even where they look like numbers: file names.

    Raises:
        UserError: another ending.
        CorruptFileError: it cannot be read, has no rows, or two columns of one name.
    """
    if path.suffix.lower() == ".parquet":
        described, _ = describe_parquet(path)
        columns = {
            name: column.whole() for name, column in described.items() if len(column.shape) == 1
        }
        return {name: of.astype(str) if name in text else of for name, of in columns.items()}
    return _read_csv(path, _delimiter(path), text)


def _delimiter(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in _DELIMITERS:
        raise UserError(f"{path} ends in '{ending}'; tables end in .csv, .tsv or .parquet.")
    return _DELIMITERS[ending]


def _read_csv(path: Path, delimiter: str, text: tuple[str, ...]) -> Columns:
    from pyarrow import ArrowException, string
    from pyarrow import csv as arrow_csv

    try:
        names = _header(path, delimiter)
        table = arrow_csv.read_csv(
            path,
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: string() for name in text if name in names}
            ),
        )
    except (ArrowException, OSError, UnicodeDecodeError, csv.Error) as error:
        raise CorruptFileError(
            f"{path} cannot be read as a table ({error}). Its first line names the columns, and "
            f"every further line has as many values, separated by {delimiter!r}."
        ) from error
    if not table.num_rows:
        raise CorruptFileError(f"{path} has no rows below its names of columns. Write it again.")
    return {name: _numpy(table.column(name)) for name in table.column_names}


def _header(path: Path, delimiter: str) -> list[str]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        names = next(csv.reader(file, delimiter=delimiter), [])
    repeated = [name for name in names if names.count(name) > 1]
    if not names:
        raise CorruptFileError(
            f"{path} is empty: its first line names the columns. Write it again."
        )
    if repeated:
        raise CorruptFileError(f"{path} has two columns named {repeated[0]!r}. Rename one.")
    return names


def _numpy(column: object) -> np.ndarray:
    """Return a column as numbers, or as text where it is anything else."""
    values = np.asarray(column.to_numpy())  # type: ignore[attr-defined]  # pyarrow has no types
    if values.dtype.kind in "buif":
        return values
    words = column.to_pylist()  # type: ignore[attr-defined]
    return np.array(["" if word is None else str(word) for word in words], str)
