"""Trials between two settings, laid out by which switches they have on."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from harness.results import Results
from reports.claims.differing import Differing
from reports.layout.grid import planned_and_finished

OnSet = frozenset[str]
"""The switches that are on; none is ours, all are the released setting."""


@dataclass(frozen=True)
class Switched:
    """Sets of switches × levels × seeds.

    Attributes:
        rows: one row a planned trial: ``trial_id, status, seed, on, level, x, value, scale,
            seconds``; ``on`` is the set, ``level`` that of the measure's factor, ``x`` the level
            along its other factor, 0 without one.
        sets: the sets of which any trial was planned, from none to all.
        levels: levels of the factor, the subject first.
        left_out: trials that lie between the switches' settings, or have another budget than most.
        told: what is the same for all trials, by path.
    """

    rows: pd.DataFrame
    sets: tuple[OnSet, ...]
    levels: tuple[str, ...]
    left_out: int
    told: Mapping[str, Any]

    @property
    def rivals(self) -> tuple[str, ...]:
        """The levels that the subject is compared with."""
        return self.levels[1:]

    def cell(self, on: OnSet, level: str) -> pd.DataFrame:
        """Return the trials of a level under a set of switches."""
        return self.rows[(self.rows["on"] == on) & (self.rows["level"] == level)]


def lay_out_switches(results: Results, differing: Differing) -> Switched:
    """Lay the trials of a run directory, or of several merged ones, out by their switches."""
    joined = planned_and_finished(results)
    measure = differing.measure
    free = {measure.factor, measure.along, *_paths(differing)} - {""}
    rows, rests = [], []
    for row in joined.to_dict("records"):
        flat = _flat(row.get("config"))
        on = _on(flat, differing)
        if on is None or measure.factor not in flat:
            continue
        value = row.get(f"metric.{measure.metric}")
        seconds = row.get("time.total")
        rows.append(
            {
                "trial_id": str(row["trial_id"]),
                "status": row["status"],
                "seed": float(row["seed"]),
                "on": on,
                "level": str(flat[measure.factor]),
                "x": float(flat[measure.along]) if measure.along else 0.0,
                "value": float("nan") if value is None or value is pd.NA else float(value),
                "scale": str(flat.get("scale.name", "")),
                "seconds": float("nan") if seconds is None else float(seconds),
            }
        )
        rests.append({path: value for path, value in flat.items() if path not in free})
    keys = [json.dumps(rest, sort_keys=True) for rest in rests]
    most = Counter(keys).most_common(1)[0][0] if keys else ""
    kept = [row for row, key in zip(rows, keys, strict=True) if key == most]
    frame = pd.DataFrame(kept, columns=_COLUMNS)
    order = [*differing.switches]
    sets = sorted(set(frame["on"]), key=lambda on: (len(on), [name not in on for name in order]))
    found = sorted(set(frame["level"]), key=lambda level: (level != measure.subject, level))
    told = json.loads(most) if most else {}
    return Switched(frame, tuple(sets), tuple(found), len(joined) - len(kept), told)


_COLUMNS = ["trial_id", "status", "seed", "on", "level", "x", "value", "scale", "seconds"]


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
    """Return the switches that a configuration has on; None if it has any neither on nor off."""
    on = set()
    for name, switch in differing.switches.items():
        if all(flat.get(path) == value for path, value in switch.released.items()):
            on.add(name)
        elif not all(flat.get(path) == value for path, value in switch.ours.items()):
            return None
    return frozenset(on)
