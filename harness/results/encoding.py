"""Tables to the bytes of a file and back; no altered byte passes unnoticed."""

import zlib

import pyarrow as pa
import pyarrow.parquet as pq

from harness.errors import CorruptFileError
from harness.results import versions
from harness.results.versions import VERSION_KEY, Kind

_CHECKSUM_KEY = b"unbraid.crc32"
BLANK = b"00000000"
"""What stands in the place of a checksum while it is taken."""
_MARK = _CHECKSUM_KEY + b"\x18\x08"
"""The key in the footer and the Thrift header of the eight characters that follow it."""

MODEL_MARK = rb"{\"crc32\": \""
"""What stands before the checksum of a trained method, in a safetensors file's metadata."""

_ROW_GROUP = 128 * 1024


def encode_table(table: pa.Table, metadata: dict[bytes, bytes] | None = None) -> bytes:
    """Return a table as a Parquet file.

    Parquet's page checksums leave headers and footer unguarded: a flipped bit there can change a
    row count without an error. So the file's metadata also holds a CRC-32 of the whole file, taken
    with zeros in its own place.

    Args:
        table: what to write; its own metadata is dropped.
        metadata: entries for the file's metadata beside the schema version and the checksum.
    """
    stamped = {VERSION_KEY: str(versions.SCHEMA_VERSION), _CHECKSUM_KEY: BLANK, **(metadata or {})}
    sink = pa.BufferOutputStream()
    many = table.num_rows > 1  # what serves many rows makes a file of one row slower and longer
    pq.write_table(
        table.replace_schema_metadata(stamped),
        sink,
        compression="zstd" if many else "none",
        row_group_size=_ROW_GROUP,
        use_dictionary=many,
        write_statistics=many,
        write_page_checksum=True,
    )
    data = sink.getvalue().to_pybytes()
    return with_checksum(data, data.rindex(_MARK), _MARK)


def decode_table(data: bytes, kind: Kind, name: str) -> pa.Table:
    """Return the table of a Parquet file, brought to the current schema version.

    Args:
        data: the file's bytes.
        kind: what it holds.
        name: the file's name, for messages.

    Raises:
        CorruptFileError: the file is empty, torn, altered, or none of ours.
        UserError: a newer version of this program wrote it.
    """
    if not data:
        raise CorruptFileError(f"{name}: empty file")
    require_checksum(data, data.rfind(_MARK), _MARK, name)
    table = pq.ParquetFile(pa.BufferReader(data)).read(use_threads=False)
    return versions.upgrade(table, kind, name)


def with_checksum(data: bytes, position: int, mark: bytes) -> bytes:
    """Return a file with the CRC-32 of the whole of it, taken with zeros in its own place.

    Args:
        data: the file's bytes, with ``BLANK`` behind the mark.
        position: where the mark is.
        mark: see ``require_checksum``.
    """
    start = position + len(mark)
    return b"%b%08x%b" % (data[:start], zlib.crc32(data), data[start + len(BLANK) :])


def require_checksum(data: bytes, position: int, mark: bytes, name: str) -> None:
    """Compare a file with the CRC-32 in it, which was taken with zeros in its own place.

    Args:
        data: the file's bytes.
        position: where the mark is that the eight digits follow; negative where it is missing.
        mark: those bytes.
        name: the file's name, for messages.

    Raises:
        CorruptFileError: the file is torn, altered, or none of ours.
    """
    if position < 0:
        raise CorruptFileError(f"{name}: torn, or not written by unbraid (no checksum in it)")
    start = position + len(mark)
    end, view = start + len(BLANK), memoryview(data)
    checksum = zlib.crc32(view[end:], zlib.crc32(BLANK, zlib.crc32(view[:start])))
    if data[start:end] != b"%08x" % checksum:
        raise CorruptFileError(f"{name}: torn or altered (its checksum does not match)")


def require_whole_model(data: bytes, name: str) -> None:
    """Compare the file of a trained method with the checksum in its metadata.

    Raises:
        CorruptFileError: the file is torn, altered, or none of ours.
    """
    require_checksum(data, data.find(MODEL_MARK), MODEL_MARK, name)
