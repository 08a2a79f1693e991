"""In which of budget, split and library versions trials differ from most others on their dataset.

Trials under different conditions are never averaged: what differs is put into words, a mark, and
trials with different marks are different entries.
"""

import operator
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

BUDGET = {
    "param.scale.epochs": "epochs",
    "param.scale.train_limit": "training images",
    "param.scale.test_limit": "test images",
    "param.scale.budget": "evaluation budget",
}
"""Columns of a trial's budget, and what they are called."""
DATA = {"data_source": "data", "env.data_fingerprint": "data files"}
"""Columns, beside a dataset's options, that tell which images a trial saw."""
VERSIONS = {
    "env.torch": "torch",
    "env.scikit_learn": "scikit-learn",
    "env.unbraid": "unbraid",
    "env.git_commit": "commit",
}
"""Columns of the versions that scores may depend on."""
CODE = {"env.code_fingerprint": "code"}
"""Column of the source of methods, datasets and metrics that are not Unbraid's."""
OF_LABELS = "param.dataset.label_fraction"
"""An option of datasets that is part of how a method was supervised, not of the split."""
_COMMIT = 7
"""Characters of a commit, or of a fingerprint, that tell it apart."""


@dataclass(frozen=True)
class Conditions:
    """What is unusual in the conditions of each trial.

    Attributes:
        unequal: marks of budget and split, of each row: scores cannot be compared with others.
        versions: marks of library versions, of each row: scores may differ for other reasons.
        usual: what is usual, in words, of each condition that is marked anywhere.
    """

    unequal: list[tuple[str, ...]]
    versions: list[tuple[str, ...]]
    usual: dict[str, str]


def conditions_of(rows: pd.DataFrame) -> Conditions:
    """Compare each trial with most of those on its dataset; a value not known is no difference.

    Args:
        rows: trials with ``dataset``, and what there is of the columns above.
    """
    named = [str(column) for column in rows]
    options = {c: _words(c) for c in named if c.startswith("param.dataset.") and c != OF_LABELS}
    usual: dict[str, str] = {}
    unequal = _marks(rows, BUDGET | DATA | options, ["dataset"], usual)
    versions = _marks(rows, VERSIONS, [], usual)
    code = _marks(rows, CODE, ["method", "dataset"], usual) if "method" in rows else versions
    together = [tuple(dict.fromkeys(marks)) for marks in map(operator.add, versions, code)]
    return Conditions(unequal, together, usual)


def _marks(
    rows: pd.DataFrame, columns: dict[str, str], by: Sequence[str], usual: dict[str, str]
) -> list[tuple[str, ...]]:
    marks: list[list[str]] = [[] for _ in range(len(rows))]
    groups = rows.groupby(list(by), sort=False).indices.values() if by else [np.arange(len(rows))]
    for column, name in columns.items():
        if column not in rows:
            continue
        values = rows[column].map(_plain).astype(object).to_numpy()
        for places in groups:
            known = pd.Series([v for v in values[places] if v is not None], dtype=object)
            if known.nunique() < 2:
                continue
            counts = known.value_counts(sort=False)
            most = counts.index[int(np.argmax(counts.to_numpy()))]  # of equals the first seen
            usual[name] = ", ".join(dict.fromkeys([*usual.get(name, "").split(", "), str(most)]))
            usual[name] = usual[name].removeprefix(", ")
            for place in places:
                if values[place] is not None and values[place] != most:
                    marks[place].append(f"{name} {values[place]}")
    return [tuple(each) for each in marks]


def _words(column: str) -> str:
    return column.rpartition(".")[2].replace("_", " ")


def _plain(value: object) -> object:
    """Return a value as a mark writes it; None where it is missing."""
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124  (NaN)
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}" if abs(value) < 1e6 else f"{value:,.0f}"
    text = str(value)
    is_hash = len(text) >= 32 and all(c in "0123456789abcdef" for c in text)
    return text[:_COMMIT] if is_hash else text
