"""Trials of several run directories in one table: the same trial twice is one trial."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from harness.results import Results
from reports.layout.grid import planned_and_finished
from reports.page.text import count, words

SAME = 1e-9
"""Relative difference up to which two values of a metric are the same."""
_COUNTS_MORE = {"ok": 0, "diverged": 1, "pruned": 2, "failed": 3, "missing": 4}


@dataclass(frozen=True)
class Merged:
    """The trials of some runs.

    Attributes:
        rows: one a trial, planned ones included (``missing``), with ``run`` and ``conflict``:
            whether two runs have different results of it.
        notes: what was merged, one sentence each.
    """

    rows: pd.DataFrame
    notes: tuple[str, ...]


def merge(runs: Sequence[Results]) -> Merged:
    """Put the trials of some runs, at least one, into one table."""
    labels = run_labels([run.location for run in runs])
    tables = [
        planned_and_finished(run).assign(run=label) for run, label in zip(runs, labels, strict=True)
    ]
    rows = pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0]
    notes = [
        f"{label}: {problem}"
        for run, label in zip(runs, labels, strict=True)
        for problem in run.problems
    ]
    if len(runs) > 1:
        parts = [
            f"{label} ({count(len(t), 'trial')})" for label, t in zip(labels, tables, strict=True)
        ]
        notes.insert(0, f"Merged from {words(parts)}.")
    rows, said = _each_once(rows)
    return Merged(rows, (*notes, *said))


def run_labels(locations: Sequence[str]) -> list[str]:
    """Return what runs are called: the last parts of their locations, as few as tell them apart."""
    parts = [location.split("?")[0].rstrip("/").split("/") for location in locations]
    for kept in range(1, max(map(len, parts)) + 1):
        labels = ["/".join(each[-kept:]) for each in parts]
        if len(set(labels)) == len(labels):
            return labels
    return [f"{location} ({place})" for place, location in enumerate(locations, start=1)]


def _each_once(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Keep each trial once: one that ended well before one that did not, else the first run's."""
    rows = rows.assign(conflict=False)
    twice = rows["trial_id"].duplicated(keep=False)
    if not twice.any():
        return rows, []
    metrics = [column for column in rows.columns if str(column).startswith("metric.")]
    differing = {
        str(trial): gap
        for trial, of in rows[twice & rows["status"].isin(["ok", "diverged"])].groupby("trial_id")
        if (gap := _largest_gap(of, metrics)) > SAME
    }
    order = rows["status"].map(_COUNTS_MORE).astype(float).sort_values(kind="stable").index
    first = rows.loc[order].drop_duplicates("trial_id").index
    kept = rows.loc[rows.index.isin(first)].reset_index(drop=True)
    kept["conflict"] = kept["trial_id"].isin(differing)
    n = int(rows.loc[twice, "trial_id"].nunique())
    of_them = "is one trial" if n == 1 else "are one trial each"
    notes = [f"{count(n, 'trial')} found in several run directories {of_them}, not two."]
    if differing:
        shown = ", ".join(list(differing)[:3])
        notes.append(
            f"Of {count(len(differing), 'trial')} the run directories have different results "
            f"({shown}{' …' if len(differing) > 3 else ''}; by up to "
            f"{_percent(max(differing.values()))}); the first directory's count."
        )
    return kept, notes


def _largest_gap(of: pd.DataFrame, metrics: Sequence[str]) -> float:
    """Return the largest relative difference of a trial's results; infinite if it also diverged."""
    if of["status"].nunique() > 1:
        return np.inf
    values = of[list(metrics)].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    known = values[:, np.isfinite(values).all(axis=0)]
    if not known.size:
        return 0.0
    scale = np.maximum(np.abs(known).max(axis=0), 1e-300)
    return float(((known.max(axis=0) - known.min(axis=0)) / scale).max())


def _percent(gap: float) -> str:
    return "diverging in one alone" if np.isinf(gap) else f"{100 * gap:.2g} %"
