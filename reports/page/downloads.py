"""Data to download from within a report: CSV, Parquet and LaTeX as ``data:`` links."""

import base64
import gzip
import io
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
from markupsafe import Markup
from pyarrow import parquet

PACKED = 2_000
"""Files of text of more bytes than this are packed: a page holds dozens, of up to a megabyte."""


def links(frame: pd.DataFrame, stem: str, latex: str = "") -> Markup:
    """Return links that carry a frame's rows, unrounded, within themselves.

    Long text is packed, and ``downloads.js`` unpacks it as it is saved; without scripts it is
    saved as ``.gz``. Parquet is packed by itself.

    Args:
        frame: the data.
        stem: name of the files, without their ending.
        latex: the same as a LaTeX table; no link to it if empty.
    """
    csv = frame.to_csv(index=False, lineterminator="\n").encode()
    files: Sequence[tuple[str, str, str, bytes]] = (
        ("CSV", "csv", "text/csv", csv),
        ("Parquet", "parquet", "application/vnd.apache.parquet", _parquet(frame)),
        *([("LaTeX", "tex", "application/x-tex", latex.encode())] if latex else []),
    )
    anchor = Markup('<a download="{}.{}" href="data:{};base64,{}">{}</a>')
    return Markup(" · ").join(
        anchor.format(stem, *_packed(ending, kind, data), name)
        for name, ending, kind, data in files
    )


def _parquet(frame: pd.DataFrame) -> bytes:
    """Return a frame as Parquet without what pandas adds to it: half of a small file."""
    floats = [str(name) for name in frame.select_dtypes("float")]
    file = io.BytesIO()
    parquet.write_table(
        pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(),
        file,
        compression="zstd",
        compression_level=19,
        use_dictionary=[str(name) for name in frame if str(name) not in floats],
        use_byte_stream_split=floats,
        write_statistics=False,
        store_schema=False,
    )
    return file.getvalue()


def _packed(ending: str, kind: str, data: bytes) -> tuple[str, str, str]:
    """Return the ending, the media type and the data as base64, packed if that is worth it."""
    if kind.startswith(("text/", "application/x-tex")) and len(data) > PACKED:
        data = gzip.compress(data, 9, mtime=0)
        ending, kind = f"{ending}.gz", "application/gzip"
    return ending, kind, base64.b64encode(data).decode()
