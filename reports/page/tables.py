"""Tables that sort and filter in the browser by a small script within the page.

A short table is written out, so that it can be read and printed without the script; of a long one
only the first rows are, and the script takes the others from compact JSON as they are needed.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup, escape

WRITTEN_ROWS = 200
"""Rows written out as HTML."""
FILTERED_ROWS = 10
"""Rows from which on a table has a filter."""
MOST_OPEN = 16
"""Rows up to which a table is shown unfolded."""
MOST_CHOICES = 5
"""Choices up to which a chooser is shown unfolded."""


@dataclass(frozen=True)
class Chooser:
    """Checkboxes by which a reader shows and hides columns or rows, in all tables of a page alike.

    Attributes:
        legend: what is chosen from.
        options: label of each choice, by a name that is a CSS class and unique within the page.
        shown: the choices that are checked at first.
    """

    legend: str
    options: Mapping[str, str]
    shown: frozenset[str]

    @property
    def folded(self) -> bool:
        """Whether there are too many choices to show them before a reader asks for them."""
        return len(self.options) > MOST_CHOICES


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        title: its header.
        cells: what is shown; of a text with several lines the first, the others to unfold.
            Markup is kept, all else escaped.
        keys: numbers to sort by; None to sort by the text.
        group: what neighbouring columns have in common, written above them; Markup is kept.
        choices: the choices of a table's choosers that must all be checked for it to be shown.
        descending: whether the first click on its header puts the largest on top.
    """

    title: str
    cells: Sequence[str]
    keys: Sequence[float] | None = None
    group: str = ""
    choices: tuple[str, ...] = ()
    descending: bool = False


@dataclass(frozen=True)
class Table:
    """A table with its caption.

    Attributes:
        name: unique within the report; names the files to download.
        caption: what it shows, in full sentences.
        columns: the columns, all of one length.
        data: the same, unrounded, for the download.
        interactive: whether it sorts, and filters if it is long enough.
        choosers: what a reader can show and hide; such a table is never folded.
        row_choices: the choices that must all be checked for a row to be shown, of every row.
        latex: the same as a LaTeX table, for the download; none if empty.
    """

    name: str
    caption: str
    columns: Sequence[Column]
    data: pd.DataFrame
    interactive: bool = True
    choosers: Sequence[Chooser] = ()
    row_choices: Sequence[tuple[str, ...]] = ()
    latex: str = ""

    @property
    def filters(self) -> bool:
        """Whether it has enough rows for a filter to be of use."""
        return self.interactive and (self.n_rows >= FILTERED_ROWS or bool(self.choosers))

    @property
    def folded(self) -> bool:
        """Whether it is too long to be shown before a reader asks for it."""
        return self.n_rows > MOST_OPEN and not self.choosers

    @property
    def hidden(self) -> set[str]:
        """The choices that are not checked at first."""
        return {name for each in self.choosers for name in each.options if name not in each.shown}

    @property
    def groups(self) -> list[tuple[str, int, int]]:
        """Groups of neighbouring columns: what they share, their number, and that of those shown.

        Nothing where no column has a group.
        """
        if not any(column.group for column in self.columns):
            return []
        runs = [
            (group, [*columns]) for group, columns in groupby(self.columns, key=lambda c: c.group)
        ]
        return [
            (group, len(columns), sum(self.hidden.isdisjoint(c.choices) for c in columns))
            for group, columns in runs
        ]

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.columns[0].cells)

    def body(self) -> Markup:
        """Return the rows that are written out."""
        rows = range(self.n_rows if self.choosers else min(self.n_rows, WRITTEN_ROWS))
        return Markup("\n").join(
            Markup("<tr{}>{}</tr>").format(
                classes(self.row_choices[i] if self.row_choices else ()),
                Markup("").join(_td(c, i) for c in self.columns),
            )
            for i in rows
        )

    def rest(self) -> Markup | None:
        """Return all rows as JSON for the script; None if all are written out.

        ``<`` is escaped: the text stands within a ``<script>`` element.
        """
        if self.n_rows <= WRITTEN_ROWS or self.choosers:
            return None
        cells = list(zip(*(column.cells for column in self.columns), strict=True))
        keys = [None if c.keys is None else [_finite(key) for key in c.keys] for c in self.columns]
        content = json.dumps(
            {"cells": cells, "keys": keys},
            ensure_ascii=False,
            separators=(",", ":"),
            allow_nan=False,
        )
        return Markup(content.replace("<", "\\u003c"))


def stacked(text: str) -> Markup:
    """Put the interval of ``value [low, high]`` on a line of its own: columns become narrow."""
    value, bracket, ends = text.partition(" [")
    if not bracket:
        return escape(text)
    return Markup("{} <small>[{}</small>").format(value, ends)


def classes(names: Sequence[str]) -> Markup:
    """Return the attribute ``class`` with these names; nothing where there are none."""
    return Markup(' class="{}"').format(" ".join(names)) if names else Markup("")


def _td(column: Column, row: int) -> Markup:
    text = column.cells[row]
    if column.keys is not None:
        return Markup("<td{}{}>{}</td>").format(
            classes(("n", *column.choices)), _key(column.keys[row], text), text
        )
    own, (first, _, others) = classes(column.choices), text.partition("\n")
    if others and not isinstance(text, Markup):
        unfold = Markup("<details><summary>{}</summary><pre>{}</pre></details>")
        return Markup("<td{}>{}</td>").format(own, unfold.format(first, text))
    return Markup("<td{}>{}</td>").format(own, escape(text).replace(" · ", "\u00a0· "))


def _key(key: Any, text: str) -> Markup:
    """Return the attribute with a cell's key, to nine digits; nothing where its text begins so.

    There are tens of thousands of cells, and many show a whole number.
    """
    finite = _finite(key)
    shown = "" if finite is None else f"{finite + 0.0:.9g}"  # no -0
    if re.match(rf"{re.escape(shown)}(?![\d.,e])", str(text)) and shown:
        return Markup("")
    return Markup(' data-key="{}"').format(shown)


def _finite(key: Any) -> float | None:
    """Return a key to nine digits; None, which sorts last, for what is not finite."""
    return float(f"{key:.9g}") if np.isfinite(key) else None
