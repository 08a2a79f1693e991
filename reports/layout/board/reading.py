"""Reading run directories into one board."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from harness.errors import UserError
from harness.results import Results, load
from harness.spaces.choice import choices_of
from reports.layout.board.board import GUESSES, REFERENCES, UNKNOWN, Board, Entry, final_values
from reports.layout.board.merging import merge
from reports.layout.board.naming import named
from reports.layout.board.searches import as_chosen, earlier_note, kinds_of, unscored_notes
from reports.layout.board.variants import (
    SCORED_ON,
    TUNED,
    configurations,
    labels_of,
    plain_value,
)
from reports.layout.outcome import ELBO, Outcome, read_outcome
from reports.page.text import count

UNRANKED = (*REFERENCES, *GUESSES)
SupervisionOf = Callable[[str, Mapping[str, Any]], str]
"""Gives what a method, with a configuration (``dataset.label_fraction`` -> 0.1), learns from."""


def read_board(
    locations: Sequence[str | Path],
    supervision: SupervisionOf | None = None,
    prepared: Callable[[Results], Results] = lambda results: results,
) -> Board:
    """Read run directories, local or by URI, into one board.

    Args:
        locations: a path or a URI each.
        supervision: what a method learns from beside images; None where methods cannot be loaded.
        prepared: applied to each run's results, such as to label metrics of older versions.

    Raises:
        UserError: no location, one twice, or some cannot be read: all of these are named.
    """
    return make_board(read_runs(locations, prepared), supervision)


def read_runs(
    locations: Sequence[str | Path],
    prepared: Callable[[Results], Results] = lambda results: results,
) -> list[Results]:
    """Read run directories, each location once; raises as ``read_board`` does."""
    if not locations:
        raise UserError("Name at least one run directory.")
    runs, unreadable = [], []
    for location in dict.fromkeys(map(str, locations)):
        try:
            runs.append(prepared(load(location)))
        except UserError as error:
            unreadable.append(str(error))
    if len(unreadable) == 1:
        raise UserError(unreadable[0])
    if unreadable:
        listed = "\n".join(f"- {reason}" for reason in unreadable)
        raise UserError(f"{len(unreadable)} run directories cannot be read:\n{listed}")
    return runs


def make_board(runs: Sequence[Results], supervision: SupervisionOf | None = None) -> Board:
    """Put the trials of some runs into one board.

    Args:
        runs: at least one.
        supervision: as of ``read_board``.
    """
    merged = merge(runs)
    rows = merged.rows
    rows["configuration"] = configurations(rows)
    validation = np.zeros(len(rows), bool)
    if SCORED_ON in rows:
        validation = (rows[SCORED_ON] == "validation").to_numpy(dtype=bool, na_value=False)
    test, tuning = rows[~validation].copy(), rows[validation].copy()
    choices = [choice for run in runs for choice in choices_of(run)]
    kinds = kinds_of(test, choices)
    test["variant"] = labels_of(test, kinds == "")
    test, left_out = as_chosen(test, kinds)
    test = _references_once(test)
    found = named(test)
    tuning["entry"] = tuning["method"]
    entries = _entries(found.rows, supervision)
    metrics = _metrics(runs, found.rows)
    datasets = tuple(dict.fromkeys(rows["dataset"].dropna().astype(str)))
    chosen_notes = (_tuning_note(tuning), *earlier_note(left_out), *unscored_notes(choices))
    notes = (*merged.notes, *found.notes, *chosen_notes)
    drop = ["variant", "marks", "comparable"]
    return Board(
        found.rows.drop(columns=drop).reset_index(drop=True),
        entries,
        metrics,
        datasets,
        notes,
        tuning.reset_index(drop=True),
    )


def _references_once(test: pd.DataFrame) -> pd.DataFrame:
    """Return the trials with each reference's once: it has nothing to tune."""
    reference = test["method"].isin(UNRANKED)
    kept = test[~(reference & (test["variant"] == TUNED))]
    return kept.assign(variant=kept["variant"].mask(reference[kept.index], ""))


def _entries(rows: pd.DataFrame, supervision: SupervisionOf | None) -> dict[str, Entry]:
    entries = {}
    for name, of in rows.groupby("entry", sort=False):
        first = of.iloc[0]
        on = {str(dataset): _shared(part) for dataset, part in of.groupby("dataset", sort=False)}
        configuration = _shared(of)
        method = str(first["method"])
        entries[str(name)] = Entry(
            str(name),
            method,
            str(first["variant"]),
            supervision(method, configuration) if supervision else UNKNOWN,
            method in UNRANKED,
            configuration,
            on,
            tuple(dict.fromkeys(mark for marks in of["marks"] for mark in marks)),
            bool(first["comparable"]),
        )
    return entries


def _shared(rows: pd.DataFrame) -> dict[str, Any]:
    """Return the parameters that all these trials have the same value of."""
    shared = {}
    for column in rows.columns:
        if str(column).startswith("param."):
            values = [plain_value(value) for value in rows[column].astype(object)]
            if values[0] is not None and all(value == values[0] for value in values):
                shared[str(column).removeprefix("param.")] = values[0]
    return shared


def _metrics(runs: Sequence[Results], rows: pd.DataFrame) -> tuple[Outcome, ...]:
    """Return the metrics with a direction that any trial has a value of, in the runs' order."""
    found: dict[str, Outcome] = {}
    for run in runs:
        listed = run.sweep.get("metrics")
        outcomes = [read_outcome(e) for e in (listed if isinstance(listed, list) else [])] or [ELBO]
        for outcome in outcomes:
            if outcome and outcome.directed and final_values(rows, outcome).notna().any():
                found.setdefault(outcome.name, outcome)
    return tuple(found.values())


def _tuning_note(tuning: pd.DataFrame) -> str:
    if not len(tuning):
        return (
            "Nothing was tuned on a validation split; every configuration is an entry of its own."
        )
    tried = tuning.groupby(["entry", "dataset"])["configuration"].nunique()
    low, high = int(tried.min()), int(tried.max())
    n = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    return (
        f"Tuned entries are each method's best of {n} configurations on a dataset's validation "
        f"split ({count(len(tuning), 'trial')}), of which no score here is part."
    )
