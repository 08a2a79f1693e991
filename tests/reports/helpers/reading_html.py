"""A report as its reader's browser sees it, for tests."""

import base64
import gzip
import io
from collections import Counter
from contextlib import contextmanager
from html.parser import HTMLParser

import pandas as pd
import pytest

import reports

VOID = {"meta", "br", "input", "link", "img", "hr"}
RAW = {"script", "style"}


class Document(HTMLParser):
    """Parses strictly: every element is closed in its order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.ids: Counter[str] = Counter()
        self.downloads: dict[str, bytes] = {}
        self.text: list[str] = []
        self.raw: list[tuple[str, str]] = []
        self.html = html
        self.feed(html)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        found = dict(attrs)
        self.elements.append((tag, found))
        if "id" in found:
            self.ids[found["id"]] += 1
        if "download" in found:
            _, _, data = found["href"].partition(";base64,")
            name, file = found["download"], base64.b64decode(data)
            if name.endswith(".gz"):  # as a browser unpacks it
                name, file = name.removesuffix(".gz"), gzip.decompress(file)
            self.downloads[name] = file

    def handle_endtag(self, tag):
        assert self.open[-1:] == [tag], f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] in RAW:
            self.raw.append((self.open[-1], data))
        else:
            self.text.append(data)

    @property
    def words(self) -> str:
        """Everything that is shown, with single spaces."""
        return " ".join(" ".join(self.text).split())

    def csv(self, name: str) -> pd.DataFrame:
        return pd.read_csv(io.BytesIO(self.downloads[f"{name}.csv"]))

    def parquet(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(io.BytesIO(self.downloads[f"{name}.parquet"]))


@contextmanager
def undrawn():
    """Leave the drawings empty: for what is said, not drawn, as drawing takes most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reports.page.svg._drawn", lambda canvas: "<svg></svg>")
        yield


def report(made, folder, kind=None):
    """Build a run's report, of the kind that its sweep names or of another, and parse it."""
    kind = kind or made.sweep.get("report")
    html = reports.build(made, kind, folder / "report.html").read_text(encoding="utf-8")
    return Document(html)


def undrawn_report(made, folder, kind=None):
    """Build and parse a run's report without its drawings, for what it says and holds."""
    with undrawn():
        return report(made, folder, kind)
