"""Data to download from within a report: CSV and Parquet as ``data:`` links."""

import base64
import io
from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup


def links(frame: pd.DataFrame, stem: str) -> Markup:
    """Return two links that carry a frame's rows, unrounded, within themselves.

    Args:
        frame: the data.
        stem: name of the files, without their ending.
    """
    table = io.BytesIO()
    frame.to_parquet(table, index=False, compression="zstd")
    csv = frame.to_csv(index=False, lineterminator="\n").encode()
    files: Sequence[tuple[str, str, bytes]] = (
        ("CSV", "text/csv", csv),
        ("Parquet", "application/vnd.apache.parquet", table.getvalue()),
    )
    anchor = Markup('<a download="{}.{}" href="data:{};base64,{}">{}</a>')
    return Markup(" · ").join(
        anchor.format(stem, name.lower(), kind, base64.b64encode(data).decode(), name)
        for name, kind, data in files
    )
