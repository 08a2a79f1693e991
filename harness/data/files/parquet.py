"""Columns of a Parquet file as arrays, read piece by piece: numbers, text, lists, bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.data.files.npy import require_plain
from harness.errors import CorruptFileError, UserError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq


@dataclass(frozen=True)
class ParquetColumn:
    """A column of a Parquet file that has not been read yet.

    Attributes:
        path: the file.
        name: the column's name.
        shape: ``(N, ...)``; the lists of all rows have the shape of the first row's.
        dtype: type of its numbers; text is ``str``, bytes are uint8.
    """

    path: Path
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]

    def chunks(self, rows: int) -> Iterator[np.ndarray]:
        """Yield the column, at most ``rows`` rows at a time.

        Raises:
            CorruptFileError: the file is damaged, or a row is of another shape than the first.
        """
        start = 0
        with reading(self.path) as file:
            for batch in file.iter_batches(batch_size=rows, columns=[self.name]):
                values = _as_array(batch.column(0))
                if values is None or values.shape[1:] != self.shape[1:]:
                    raise CorruptFileError(
                        f"{self.path}: not every row {start} to {start + len(batch) - 1} of the "
                        f"column '{self.name}' is of the shape {list(self.shape[1:])}, as the "
                        "first is. Write them all alike."
                    )
                start += len(batch)
                yield values

    def whole(self) -> np.ndarray:
        """Return the column; see :meth:`chunks`."""
        return np.concatenate(list(self.chunks(max(1, self.shape[0]))))


def describe_parquet(path: Path) -> tuple[dict[str, ParquetColumn], dict[str, str]]:
    """Return the columns of a file that can be read, and what is wrong with the others, by name.

    Raises:
        CorruptFileError: the file is truncated or no Parquet file.
    """
    columns, refused = {}, {}
    with reading(path) as file:
        n, names = file.metadata.num_rows, file.schema_arrow.names
        if not n:
            raise CorruptFileError(f"{path} has no rows. Write it again.")
        repeated = [name for name in names if names.count(name) > 1]
        if repeated:
            raise CorruptFileError(f"{path} has two columns named {repeated[0]!r}. Rename one.")
        first = next(file.iter_batches(batch_size=1))
        for name in names:
            values = _as_array(first.column(name))
            if values is None:
                refused[name] = (
                    f"{path}: the column '{name}' is of {first.schema.field(name).type} or has a "
                    "gap in the first row: it is neither numbers, text, bytes nor lists of numbers."
                )
                continue
            try:
                require_plain(path, f"the column {name!r}", (n, *values.shape[1:]), values.dtype)
                columns[name] = ParquetColumn(path, name, (n, *values.shape[1:]), values.dtype)
            except CorruptFileError as error:
                refused[name] = str(error)
    return columns, refused


@contextmanager
def reading(path: Path) -> Iterator["pq.ParquetFile"]:
    """Open a file.

    Raises:
        CorruptFileError: the file is truncated or no Parquet file, or what is read of it damaged.
    """
    import pyarrow.parquet as pq

    try:
        # Without a buffer of its own a column is read as a whole, however large.
        with pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False) as file:
            yield file
    except UserError:
        raise
    except Exception as error:  # what Arrow raises of a damaged file: nearly anything
        raise CorruptFileError(
            f"{path} is truncated, damaged or no Parquet file ({error}). Write it again."
        ) from error


def _as_array(values: "pa.Array") -> np.ndarray | None:
    """Return some rows as an array; None where they are of no kind that one can hold.

    Gaps become NaN among numbers, and empty among words.
    """
    import pyarrow as pa
    import pyarrow.types as kinds

    kind = values.type
    if isinstance(kind, pa.BaseExtensionType):
        flat = _as_array(values.storage)
        tensor = flat is not None and isinstance(kind, pa.FixedShapeTensorType)
        return flat.reshape(len(values), *kind.shape) if flat is not None and tensor else flat
    if kinds.is_dictionary(kind):
        return _as_array(values.dictionary_decode())
    if kinds.is_string(kind) or kinds.is_large_string(kind):
        return np.array(["" if word is None else word for word in values.to_pylist()], str)
    if kinds.is_binary(kind) or kinds.is_large_binary(kind) or kinds.is_fixed_size_binary(kind):
        return _bytes(values.to_pylist())
    return _numbers(values)


def _numbers(values: "pa.Array") -> np.ndarray | None:
    """Return numbers, or lists of lists of numbers, as an array."""
    import pyarrow.types as kinds

    shape: tuple[int, ...] = (len(values),)
    kind = values.type
    while kinds.is_list(kind) or kinds.is_large_list(kind) or kinds.is_fixed_size_list(kind):
        length = _common_length(values)
        if length is None:
            return None
        shape, values = (*shape, length), values.flatten()
        kind = values.type
    if not (kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_boolean(kind)):
        return None
    numbers = np.asarray(values.to_numpy(zero_copy_only=False))
    return None if numbers.dtype == object else numbers.reshape(shape)  # booleans with gaps


def _common_length(values: "pa.Array") -> int | None:
    """Return the length of all lists; None where they are of several lengths, or some missing."""
    import pyarrow.compute as pc

    lengths = pc.min_max(pc.list_value_length(values)).as_py()
    alike = not values.null_count and lengths["min"] == lengths["max"]
    return lengths["min"] if alike else None


def _bytes(rows: list[bytes | None]) -> np.ndarray | None:
    length = len(rows[0] or b"")
    if any(row is None or len(row) != length for row in rows):
        return None
    return np.frombuffer(b"".join(row or b"" for row in rows), np.uint8).reshape(len(rows), length)
