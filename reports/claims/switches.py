"""Trials between two settings, laid out by which switches they have on."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from harness.errors import UserError, did_you_mean
from harness.results import Results
from harness.spaces.axes import number_or
from reports.claims.differing import Differing
from reports.claims.measure import Measure, level_text
from reports.layout.grid import planned_and_finished
from reports.layout.outcome import metric_of

OnSet = frozenset[str]
"""The switches that are on; none is ours, all are the released setting."""


@dataclass(frozen=True)
class Switched:
    """Sets of switches × levels × seeds.

    Attributes:
        rows: one row a planned trial: ``trial_id, status, seed, on, level, x, value, scale,
            seconds``, and the metrics beside by their names; ``on`` is the set, ``level`` that of
            the measure's factor, ``x`` the level along its other factor, 0 without one.
        sets: the sets of which any trial was planned, from none to all.
        levels: levels of the factor that are compared, the subject first; those that a statement
            names also where no trial has them.
        rivals: those that the subject is compared with.
        left_out: trials that lie between the switches' settings, or have another budget than most;
            those of levels that the statement does not compare are not among them.
        told: what is the same for all trials, by path.
        unset: switches of which no trial has a path; they count as off.
        labels: what the metric of the measure and those beside it are called, by name.
    """

    rows: pd.DataFrame
    sets: tuple[OnSet, ...]
    levels: tuple[str, ...]
    rivals: tuple[str, ...]
    left_out: int
    told: Mapping[str, Any]
    unset: tuple[str, ...]
    labels: Mapping[str, str]

    def cell(self, on: OnSet, level: str) -> pd.DataFrame:
        """Return the trials of a level under a set of switches."""
        return self.rows[(self.rows["on"] == on) & (self.rows["level"] == level)]


def lay_out_switches(results: Results, differing: Differing) -> Switched:
    """Lay the trials of a run directory, or of several merged ones, out by their switches.

    Raises:
        UserError: the declaration names a factor or a metric that there is not.
    """
    joined, measure = planned_and_finished(results), differing.measure
    records = joined.to_dict("records")
    flats = [_flat(trial.get("config")) for trial in records]
    configs = [flat for flat in flats if flat]
    _require_known(configs, results, measure)
    free = {measure.factor, measure.along, *_paths(differing)}
    rows: list[dict[str, Any]] = []
    rests: list[str] = []
    others = 0
    for trial, flat in zip(records, flats, strict=True):
        on = _on(flat, differing)
        level = level_text(flat.get(measure.factor))
        if measure.rivals and level not in [measure.subject, *measure.rivals]:
            others += 1
        elif on is not None and measure.factor in flat:
            rows.append(_row(trial, flat, on, measure))
            rest = {path: value for path, value in flat.items() if path not in free}
            rests.append(json.dumps(rest, sort_keys=True))
    most = Counter(rests).most_common(1)[0][0] if rests else "{}"
    _require_beyond(json.loads(most), measure)
    kept = [row for row, rest in zip(rows, rests, strict=True) if rest == most]
    frame = pd.DataFrame(kept, columns=[*_COLUMNS, *measure.beside])
    sets = sorted(set(frame["on"]), key=lambda on: _place(on, differing))
    rivals = measure.rivals or sorted(set(frame["level"]) - {measure.subject}, key=in_order)
    n_left_out = len(joined) - len(kept) - others
    names = [measure.metric, *measure.beside]
    labels = {name: metric_of(results.sweep, name).label for name in names}
    unset = [
        name
        for name, switch in differing.switches.items()
        if configs and not any(path in flat for flat in configs for path in switch.ours)
    ]
    return Switched(
        frame,
        tuple(sets),
        (measure.subject, *rivals),
        tuple(rivals),
        n_left_out,
        json.loads(most),
        tuple(unset),
        labels,
    )


def in_order(level: str) -> tuple[float, str]:
    """Return what levels are ordered by: numbers by their size, before words."""
    number = number_or(level)
    return (number, "") if isinstance(number, float) else (float("inf"), level)


def _require_known(
    configs: Sequence[Mapping[str, Any]], results: Results, measure: Measure
) -> None:
    paths = dict.fromkeys(path for flat in configs for path in flat if "." in path)
    for key, path in (("factor", measure.factor), ("along", measure.along)):
        if path and configs and path not in paths:
            raise UserError(
                f"measure.{key}={path}: no trial of {results.location} has it."
                f"{did_you_mean(path, paths)}"
            )
    columns = [str(name) for name in results.trials if str(name).startswith("metric.")]
    scored = [name.removeprefix("metric.") for name in columns]
    if columns and measure.metric not in scored:
        raise UserError(
            f"measure.metric={measure.metric}: no trial of {results.location} was scored on it."
            f"{did_you_mean(measure.metric, scored)}"
        )


_COLUMNS = ["trial_id", "status", "seed", "on", "level", "x", "value", "scale", "seconds"]


def _place(on: OnSet, differing: Differing) -> tuple[int, list[bool]]:
    """Return what sets are ordered by: how many are on, and which; of most, which are off."""
    near = on if 2 * len(on) <= len(differing.switches) else frozenset(differing.switches) - on
    return len(on), [name not in near for name in differing.switches]


def _row(
    trial: Mapping[Any, Any], flat: Mapping[str, Any], on: OnSet, measure: Measure
) -> dict[str, Any]:
    return {
        "trial_id": str(trial["trial_id"]),
        "status": trial["status"],
        "seed": float(trial["seed"]),
        "on": on,
        "level": level_text(flat[measure.factor]),
        "x": _along(flat[measure.along], measure) if measure.along else 0.0,
        "value": _number(trial.get(f"metric.{measure.metric}")),
        "scale": str(flat.get("scale.name", "")),
        "seconds": _number(trial.get("time.total")),
        **{name: _number(trial.get(f"metric.{name}")) for name in measure.beside},
    }


def _along(value: Any, measure: Measure) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UserError(f"measure.along={measure.along}: {value!r} of a trial is no number.")
    return float(value)


def _require_beyond(told: Mapping[str, Any], measure: Measure) -> None:
    """Refuse trials of which it is not known what value is to be exceeded."""
    if not measure.along or not told:
        return
    scale, dataset = str(told.get("scale.name", "")), str(told.get("dataset.name", ""))
    if scale not in measure.beyond:
        raise UserError(
            f"Most of these trials are of scale={scale}, and the statement is declared for "
            f"{', '.join(measure.beyond)}: measure.beyond says what a trial must exceed to count."
        )
    if measure.beyond_on and dataset != measure.beyond_on:
        raise UserError(
            f"Most of these trials are on {dataset}, and what a trial must exceed to count is "
            f"declared for {measure.beyond_on} (measure.beyond_on)."
        )


def _number(value: Any) -> float:
    return float("nan") if value is None or value is pd.NA else float(value)


def _paths(differing: Differing) -> set[str]:
    return {path for switch in differing.switches.values() for path in switch.ours}


def _flat(config: Any) -> dict[str, Any]:
    """Return a stored configuration by path, without the seed."""
    nested = json.loads(config) if isinstance(config, str) else {}
    flat = {
        f"{group}.{key}": value
        for group, values in nested.items()
        if isinstance(values, dict)
        for key, value in values.items()
    }
    return flat | ({"metrics": nested["metrics"]} if "metrics" in nested else {})


def _on(flat: Mapping[str, Any], differing: Differing) -> OnSet | None:
    """Return the switches that a configuration has on; None if it has any neither on nor off.

    What an earlier version of a method lacked is off.
    """
    on = set()
    for name, switch in differing.switches.items():
        if all(flat.get(path) == value for path, value in switch.on.items()):
            on.add(name)
        elif not all(flat.get(path, value) == value for path, value in switch.ours.items()):
            return None
    return frozenset(on)
