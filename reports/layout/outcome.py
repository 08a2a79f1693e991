"""The outcome a report is about: which metric, in which unit, and whether more of it is better."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from harness.results import Results


@dataclass(frozen=True)
class Outcome:
    """A number by which trials are compared.

    Attributes:
        name: its name; the column of its final values is ``metric.<name>``.
        label: what it is called in a sentence.
        unit: its unit; empty where it has none.
        higher_is_better: whether more of it is better.
        directed: whether it has a better and a worse at all.
        range: its possible values as an interval, ``[0, 1]``; "" where that is not known.
    """

    name: str
    label: str
    unit: str
    higher_is_better: bool
    directed: bool = True
    range: str = field(default="", compare=False)  # older runs do not tell it

    @property
    def column(self) -> str:
        """Column of the final values among the trials."""
        return f"metric.{self.name}"

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the largest value that there can be; infinite where that is not known."""
        ends = re.fullmatch(r"[\[(]([-+.\w]+), ([-+.\w]+)[\])]", self.range)
        try:
            return (float(ends[1]), float(ends[2])) if ends else (-np.inf, np.inf)
        except ValueError:  # an end that depends on the method: [0, d]
            return -np.inf, np.inf

    @property
    def perfect(self) -> float:
        """The best value that there can be, turned so that more is better; infinite if unknown."""
        return self.sign * self.bounds[1 if self.higher_is_better else 0]

    @property
    def sign(self) -> int:
        """1 if more is better, else -1: ``sign * value`` grows as results improve."""
        return 1 if self.higher_is_better else -1

    @property
    def arrow(self) -> str:
        """``↑`` if more is better, ``↓`` if less, nothing if neither."""
        return ("↑" if self.higher_is_better else "↓") if self.directed else ""

    @property
    def arrow_along(self) -> str:
        """The same along a horizontal axis: ``→``, ``←`` or nothing."""
        return ("→" if self.higher_is_better else "←") if self.directed else ""

    @property
    def titled(self) -> str:
        """Label and unit, as an axis or a column has them: ``ELBO (nats)``."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    @property
    def better(self) -> str:
        """``higher`` or ``lower``, whichever is better."""
        return "higher" if self.higher_is_better else "lower"

    @property
    def best(self) -> str:
        """``highest`` or ``lowest``, whichever is best."""
        return "highest" if self.higher_is_better else "lowest"


ELBO = Outcome("elbo", "ELBO", "nats", higher_is_better=True)
"""The outcome of a sweep that declares none."""
LOSS = Outcome("loss", "loss", "", higher_is_better=False)
"""What every method minimizes."""


def outcome_of(results: Results) -> Outcome:
    """Choose the outcome: of the sweep's metrics with a direction the first that any trial has.

    A method without a likelihood has no ELBO, so that its reconstructions' error is what can be
    compared. While no trial has any of them, it is the first.
    """
    entries_stored = results.sweep.get("metrics")
    entries = entries_stored if isinstance(entries_stored, list) else []
    declared = [outcome for entry in entries if (outcome := _declared(entry))] or [ELBO]
    finished = results.trials[results.trials["status"] == "ok"]
    return next((o for o in declared if _has_values(finished, o.column)), declared[0])


def outcomes_of(results: Results) -> list[Outcome]:
    """Return all of the sweep's metrics that any trial has, also those without a direction."""
    entries_stored = results.sweep.get("metrics")
    entries = entries_stored if isinstance(entries_stored, list) else []
    outcomes = [outcome for entry in entries if (outcome := read_outcome(entry))] or [ELBO]
    finished = results.trials[results.trials["status"] == "ok"]
    return [outcome for outcome in outcomes if _has_values(finished, outcome.column)]


def _declared(entry: Any) -> Outcome | None:
    """Read one of the sweep's metrics; None if it has no direction, as in older sweeps."""
    outcome = read_outcome(entry)
    return outcome if outcome and outcome.directed else None


def read_outcome(entry: Any) -> Outcome | None:
    """Read one of the sweep's metrics: ``name``, ``direction``, ``unit``; None if it is none."""
    if not (isinstance(entry, dict) and entry.get("name")):
        return None
    direction = entry.get("direction")
    name = str(entry["name"])
    return Outcome(
        name,
        str(entry.get("label") or plain(name)),
        str(entry.get("unit") or ""),
        direction == "higher",
        direction in {"higher", "lower"},
        str(entry.get("range") or ""),
    )


def plain(name: str) -> str:
    """Return a metric's name as words, for one that the sweep gives no label."""
    return name.replace("_", " ")


def metric_of(
    sweep: Mapping[str, Any], name: str, entries_stored: Mapping[str, Any] | None = None
) -> Outcome:
    """Return a metric as the sweep describes it, with further facts over those.

    Raises:
        ValueError: it has no name.
    """
    entries = sweep.get("metrics") or []
    entry_of_sweep = next((entry for entry in entries if entry["name"] == name), {"name": name})
    metric = read_outcome({**entry_of_sweep, **(entries_stored or {})})
    if metric is None:
        raise ValueError(f"a metric without a name: {entries_stored}")
    return metric


def _has_values(trials: pd.DataFrame, column: str) -> bool:
    if column not in trials:
        return False
    return bool((pd.to_numeric(trials[column], errors="coerce").abs() < np.inf).any())
