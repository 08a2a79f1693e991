"""Data to download from within a report: CSV, Parquet and LaTeX as ``data:`` links."""

import base64
import io
from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup


def links(frame: pd.DataFrame, stem: str, latex: str = "") -> Markup:
    """Return links that carry a frame's rows, unrounded, within themselves.

    Args:
        frame: the data.
        stem: name of the files, without their ending.
        latex: the same as a LaTeX table; no link to it if empty.
    """
    table = io.BytesIO()
    frame.to_parquet(table, index=False, compression="zstd")
    csv = frame.to_csv(index=False, lineterminator="\n").encode()
    files: Sequence[tuple[str, str, str, bytes]] = (
        ("CSV", "csv", "text/csv", csv),
        ("Parquet", "parquet", "application/vnd.apache.parquet", table.getvalue()),
        *([("LaTeX", "tex", "application/x-tex", latex.encode())] if latex else []),
    )
    anchor = Markup('<a download="{}.{}" href="data:{};base64,{}">{}</a>')
    return Markup(" · ").join(
        anchor.format(stem, ending, kind, base64.b64encode(data).decode(), name)
        for name, ending, kind, data in files
    )
