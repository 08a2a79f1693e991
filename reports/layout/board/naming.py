"""The names of a board's entries: method, variant, and in what an entry's trials differ."""

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reports.layout.board.conditions import conditions_of
from reports.layout.board.variants import DEFAULT, TUNED, differences
from reports.page.text import words

MOST_NAMED = 6
"""Most entries that a note names."""

Marks = tuple[str, ...]


@dataclass(frozen=True)
class Named:
    """Trials with the entry that each belongs to.

    Attributes:
        rows: the trials with ``entry``, ``marks`` and ``comparable``.
        notes: what differs between entries, one sentence each.
    """

    rows: pd.DataFrame
    notes: tuple[str, ...]


def named(test: pd.DataFrame) -> Named:
    """Name the entry of each trial; trials under different conditions are in different entries.

    Args:
        test: trials scored on the test split, with ``method, dataset, variant, configuration``.
    """
    conditions = conditions_of(test)
    bases = _bases(test)
    apart = [
        (*chosen, *unequal)
        for chosen, unequal in zip(_chosen_apart(test), conditions.unequal, strict=True)
    ]
    versions: dict[tuple[str, Marks], set[Marks]] = {}
    for base, marks, version in zip(bases, apart, conditions.versions, strict=True):
        versions.setdefault((base, marks), set()).add(version)
    names, all_marks = [], []
    for base, marks, version in zip(bases, apart, conditions.versions, strict=True):
        # A version is part of the name where it must tell two entries apart.
        in_name = (*marks, *version) if len(versions[base, marks]) > 1 else marks
        names.append(f"{base} [{'; '.join(in_name)}]" if in_name else base)
        all_marks.append((*marks, *version))
    rows = test.assign(
        entry=pd.Series(names, test.index, dtype=object),
        marks=pd.Series(all_marks, test.index, dtype=object),
        comparable=pd.Series([not each for each in conditions.unequal], test.index, dtype=bool),
    )
    return Named(rows, tuple(_notes(rows, conditions.usual)))


def _bases(test: pd.DataFrame) -> list[str]:
    """Return the names without marks: a tuned method's is its own."""
    tuned = set(test.loc[test["variant"] == TUNED, "method"])
    names = []
    for method, variant in zip(test["method"], test["variant"], strict=True):
        if variant == TUNED or (not variant and method not in tuned):
            names.append(str(method))
        else:
            names.append(f"{method}, {variant or 'not tuned'}")
    return names


def _chosen_apart(test: pd.DataFrame) -> list[Marks]:
    """Return what tells tuned, or default, configurations apart where a method has several.

    Two runs may have found different ones, or be of versions with different defaults.
    """
    marks: dict[tuple[Any, ...], Marks] = {}
    found = test[test["variant"].isin([TUNED, DEFAULT])]
    for (*key,), of in found.groupby(["method", "dataset", "variant"], sort=False):
        texts = list(of["configuration"].unique())
        if len(texts) > 1:
            labels = differences([json.loads(text) for text in texts])
            for text, label in zip(texts, labels, strict=True):
                marks[(*key, text)] = (label,)
    keys = zip(test["method"], test["dataset"], test["variant"], test["configuration"], strict=True)
    return [marks.get(key, ()) for key in keys]


def _notes(rows: pd.DataFrame, usual: dict[str, str]) -> list[str]:
    notes = []
    for condition, value in usual.items():
        has = [any(m.startswith(f"{condition} ") for m in marks) for marks in rows["marks"]]
        others = list(dict.fromkeys(rows.loc[has, "entry"]))
        more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
        listed = ", ".join(others[:MOST_NAMED]) + more if more else words(others)
        notes.append(
            f"Most trials have {condition} {value}; {listed} "
            f"{'differs' if len(others) == 1 else 'differ'} in it and "
            f"{'is' if len(others) == 1 else 'are'} not averaged with the others."
        )
    return notes
