"""A sweep laid out for a report: one row a planned trial, on an axis, in a group, with a status.

The axis (``x``) is the learning rate where there is one; everything else the sweep varies, apart
from the seed, names the group. Nothing is dropped: a trial that left no result is ``missing``.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from harness.results import FINAL_STATUSES, Results
from reports.layout.outcome import Outcome, outcome_of
from reports.page.text import level_label, name_of, words

STATUSES = (*FINAL_STATUSES, "missing")
AXIS = "method.lr"
"""The factor drawn along the axis, where it is part of the configuration."""

_GAP = "_gap"  # ending of the metrics of test minus training errors
_ROUNDED = 1e-12  # of an error: what rounding may make of the same one twice


@dataclass(frozen=True)
class Grid:
    """Groups × levels × seeds.

    Attributes:
        rows: one row a trial, in plan order: ``trial_id, status, seed, x, group, value, error,
            seconds``, and what is varied by key; ``value`` is the outcome, NaN unless the trial is
            ``ok`` and the outcome finite.
        axis: key of the factor along the axis; None if there is none.
        factors: keys of the factors that make up a group.
        groups: the groups' labels, in the sweep's order.
        levels: the axis' levels, ascending; ``(0.0,)`` without an axis.
        outcome: what the values are.
    """

    rows: pd.DataFrame
    axis: str | None
    factors: tuple[str, ...]
    groups: tuple[str, ...]
    levels: tuple[float, ...]
    outcome: Outcome

    @property
    def axis_name(self) -> str:
        """What the axis is called in a sentence."""
        return name_of(self.axis) if self.axis else ""

    @property
    def group_name(self) -> str:
        """What a group is called in a sentence."""
        return words([name_of(key) for key in self.factors]) or "configuration"

    def at(self, level: float) -> str:
        """Return `` at learning rate 10⁻⁴``, or nothing where there is no axis."""
        return f" at {self.axis_name} {level_label(level)}" if self.axis else ""

    @cached_property
    def counts(self) -> dict[str, int]:
        """Number of trials ``planned`` and of each status; the statuses add up to ``planned``."""
        status_counts = self.rows["status"].value_counts()
        return {"planned": len(self.rows)} | {s: int(status_counts.get(s, 0)) for s in STATUSES}

    def cell(self, group: str, level: float) -> pd.DataFrame:
        """Return the rows of one group at one level (none if nothing was planned there)."""
        return self.rows.iloc[self._places.get(group, {}).get(level, [])]

    def levels_of(self, group: str) -> tuple[float, ...]:
        """Return the levels at which anything of a group was planned, ascending."""
        return tuple(sorted(self._places.get(group, ())))

    def only(self, groups: Sequence[str]) -> "Grid":
        """Return the same with a part of the groups, in the order given."""
        rows = self.rows[self.rows["group"].isin(groups)].reset_index(drop=True)
        return replace(self, rows=rows, groups=tuple(groups))

    @cached_property
    def _places(self) -> dict[str, dict[float, list[int]]]:
        places: dict[str, dict[float, list[int]]] = {group: {} for group in self.groups}
        keys = zip(self.rows["group"], self.rows["x"], strict=True)
        for place, (group, level) in enumerate(keys):
            places[group].setdefault(level, []).append(place)
        return places


def lay_out(results: Results, outcome: Outcome | None = None, *, axis: bool = True) -> Grid:
    """Lay a run directory's trials out on a grid.

    Args:
        results: the trials.
        outcome: what the values are; None for the sweep's outcome.
        axis: whether one factor lies along the axis; if not, all of them make up the groups, and
            each combination of their values is a group.
    """
    outcome = outcome or outcome_of(results)
    rows = planned_and_finished(results)
    varied = _varied_keys(rows, results.sweep)
    along = _axis(rows, varied) if axis else None
    factors = tuple(key for key in varied if key != along)
    labels = _labels(rows, factors)
    value = _values(rows, outcome.column)
    valid = np.isfinite(value) & (rows["status"] == "ok").to_numpy()
    x = _floats(rows, _column(rows, along)) if along else np.zeros(len(rows))
    grid_rows = pd.DataFrame(
        {
            "trial_id": rows["trial_id"].astype(str),
            "status": rows["status"],
            "seed": _floats(rows, "seed"),
            "x": x,
            "group": labels,
            "value": np.where(valid, value, np.nan),
            "error": rows.get("error"),
            "seconds": _floats(rows, "time.total"),
            **{key: rows[_column(rows, key)].astype(object) for key in varied},
        }
    )
    groups = _group_order(grid_rows["group"], results.sweep, factors)
    levels = tuple(np.unique(x).tolist())
    return Grid(grid_rows, along, factors, groups, levels, outcome)


def planned_and_finished(results: Results) -> pd.DataFrame:
    """Join plan and trials; a trial that is in only one of them is kept."""
    trials = results.trials.set_index(results.trials["trial_id"].astype(str))
    plan = results.plan.set_index(results.plan["trial_id"].astype(str))
    if "config" in plan:
        configs = plan["config"].map(json.loads)
        for group in ("method", "dataset"):
            plan[group] = [config.get(group, {}).get("name") for config in configs]
    ids = plan.index.append(trials.index.difference(plan.index, sort=False))
    rows = trials.reindex(ids)
    finished = rows.index.isin(trials.index)
    for column in plan.columns:
        planned = plan[column].reindex(ids)
        rows[column] = rows[column].where(finished, planned) if column in rows else planned
    rows["trial_id"] = ids
    rows["status"] = rows["status"].astype(object).where(finished, "missing")
    return rows.reset_index(drop=True)


def _varied_keys(rows: pd.DataFrame, sweep: dict[str, object]) -> list[str]:
    """Return the keys of what is varied: as the sweep says, else what differs between trials."""
    swept = sweep.get("swept")
    parameters = [c.removeprefix("param.") for c in rows.columns if c.startswith("param.")]
    swept_keys = list(swept) if isinstance(swept, dict) and swept else parameters
    keys = [*swept_keys, *(key for key in ("method", "dataset") if key not in swept_keys)]
    return [
        key
        for key in keys
        if key != "seed" and (column := _column(rows, key)) and rows[column].nunique() > 1
    ]


def _axis(rows: pd.DataFrame, varied: Sequence[str]) -> str | None:
    """Return the learning rate, else the first number that is varied; a flag is none."""
    if _column(rows, AXIS) and np.isfinite(_floats(rows, _column(rows, AXIS))).all():
        return AXIS
    columns = {key: _column(rows, key) for key in varied}
    numeric = (k for k, column in columns.items() if np.isfinite(_floats(rows, column)).all())
    return next((key for key in numeric if not _of_flags(rows[columns[key]])), None)


def _of_flags(column: "pd.Series[bool]") -> bool:
    return all(isinstance(value, (bool, np.bool_)) for value in column.unique())


def _column(rows: pd.DataFrame, key: str) -> str:
    columns = (f"param.{key}", f"param.{key}.name", key)  # the second: of the group ``scale``
    return next((c for c in columns if c in rows.columns), "")


def _values(rows: pd.DataFrame, column: str) -> np.ndarray:
    """Return the values of an outcome; a gap of two errors that differ by rounding alone is 0."""
    values = _floats(rows, column)
    errors = _floats(rows, column.removesuffix(_GAP)) if column.endswith(_GAP) else values
    return np.where(np.abs(values) < _ROUNDED * np.abs(errors), 0.0, values)


def _floats(rows: pd.DataFrame, column: str) -> np.ndarray:
    if column not in rows or not len(rows):
        return np.full(len(rows), np.nan)
    return pd.to_numeric(rows[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _labels(rows: pd.DataFrame, factors: Sequence[str]) -> "pd.Series[str]":
    """Name each row's group: names stand alone, numbers and flags carry their factor's name."""
    if not factors:
        column = rows["method"] if "method" in rows else pd.Series("all trials", rows.index)
        return column.astype(object).where(column.notna(), "all trials").astype(str)
    columns = [rows[_column(rows, key)] for key in factors]
    # Where methods differ, a method may lack what another one has: then its name is without it.
    lacking = "method" in factors
    names = [
        " · ".join(
            _label(key, value)
            for key, value in zip(factors, values, strict=True)
            if not (lacking and key.startswith("method.") and _missing(value))
        )
        for values in zip(*columns, strict=True)
    ]
    return pd.Series(names, rows.index)


def _label(key: str, value: object) -> str:
    if isinstance(value, str):
        return value or f"no {name_of(key)}"
    if _missing(value):
        return f"{name_of(key)} not known"
    if isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, np.bool_)):
        return f"{key.rpartition('.')[2]}={value:g}"
    return f"{key.rpartition('.')[2]}={value}"


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or value != value  # noqa: PLR0124  (NaN of any type)


def _group_order(
    labels: "pd.Series[str]", sweep: dict[str, object], factors: tuple[str, ...]
) -> tuple[str, ...]:
    """Order groups as the sweep lists them, others by first appearance."""
    groups = list(pd.unique(labels))
    swept = sweep.get("swept")
    swept_values = swept.get(factors[0]) if isinstance(swept, dict) and len(factors) == 1 else None
    if isinstance(swept_values, (list, tuple)):
        rank = {_label(factors[0], value): place for place, value in enumerate(swept_values)}
        groups.sort(key=lambda label: rank.get(label, len(rank)))
    return tuple(groups)
