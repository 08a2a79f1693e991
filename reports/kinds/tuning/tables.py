"""Tables of a search: all of its configurations, and the Pareto front."""

import math
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from reports.kinds.tuning.axes import Axis
from reports.kinds.tuning.command import train_command
from reports.kinds.tuning.search import Configuration, Search
from reports.layout.outcome import Outcome
from reports.page.tables import Column, Table
from reports.page.text import bare_p, durations, interval, number, words


def configurations_table(search: Search) -> Table:
    """Return one row a configuration."""
    rows = search.configurations
    columns = [
        Column("no.", [str(c.number) for c in rows], [c.number for c in rows]),
        *(_axis_column(axis, rows) for axis in search.axes),
        *_metric_columns(search, rows),
        *_constraint_columns(search, rows),
        Column("status", [c.status for c in rows]),
        Column("seeds", [_endings(c) for c in rows]),
        Column("time", durations([c.seconds for c in rows]), [c.seconds for c in rows]),
    ]
    caption = (
        f"All configurations {search.order}: final test metrics as means over seeds and "
        "their values by seed (a dash: none). A configuration has a value only if every seed "
        "ended with one. Time: of all seeds together."
    )
    if search.default:
        caption += f" Number 0 is {search.start} of the method."
    return Table("configurations", caption, columns, configurations_frame(search))


def front_table(search: Search, front: Sequence[Configuration]) -> Table:
    """Return one row a configuration of the Pareto front, with the command that runs it."""
    objective = search.objectives[0]
    rows = sorted(front, key=lambda c: -objective.sign * c.mean(objective).value)
    columns = [
        Column("no.", [str(c.number) for c in rows], [c.number for c in rows]),
        *(_axis_column(axis, rows) for axis in search.axes),
        *_metric_columns(search, rows),
        Column("command", [train_command(c.config) for c in rows]),
    ]
    bounded = f" that meets {words([c.in_words for c in search.constraints])}"
    caption = (
        f"The Pareto front: no other configuration{bounded if search.constraints else ''} is at "
        "least as good in every objective and better in one. Means over seeds, and their values "
        "by seed."
    )
    frame = configurations_frame(search)
    numbers = [c.number for c in rows]
    return Table("front", caption, columns, frame[frame["configuration"].isin(numbers)])


def beside_default_table(search: Search) -> Table | None:
    """Return one row an objective: its best configuration beside the default; None for neither."""
    default = search.default
    if default is None or default.status != "ok":
        return None
    rows = [
        (objective, best, best.minus(default, objective))
        for objective in search.objectives
        if (best := search.best(objective)) and best is not default
    ]
    if not rows:
        return None
    gaps = [gap for *_, gap in rows]
    columns = [
        Column("objective", [f"{o.titled} {o.arrow}".strip() for o, *_ in rows]),
        Column("best, no.", [str(best.number) for _, best, _ in rows]),
        Column("best", [number(best.mean(o).value) for o, best, _ in rows]),
        Column("default", [number(default.mean(o).value) for o, *_ in rows]),
        Column("best − default", [interval(gap, signed=True) for gap in gaps]),
        Column("n", [str(gap.n) for gap in gaps]),
        Column("p", [bare_p(gap.p) for gap in gaps]),
    ]
    caption = (
        f"The best configuration of each objective beside {search.start} (number 0): means over "
        "seeds, their difference paired by seed with Student's 95 % interval, and p of the paired "
        "t-test, not adjusted for having chosen the best."
    )
    data = pd.DataFrame(
        {
            "objective": [o.name for o, *_ in rows],
            "best": [best.number for _, best, _ in rows],
            "difference": [gap.value for gap in gaps],
            "low": [gap.low for gap in gaps],
            "high": [gap.high for gap in gaps],
            "n": [gap.n for gap in gaps],
            "p": [gap.p for gap in gaps],
        }
    )
    return Table("default", caption, columns, data)


def configurations_frame(search: Search) -> pd.DataFrame:
    """Return all configurations, unrounded, for downloads."""
    records = []
    for c in search.configurations:
        record: dict[str, object] = {"configuration": c.number, "status": c.status}
        record |= {axis.key: c.values.get(axis.key) for axis in search.axes}
        for metric in search.metrics:
            mean = c.mean(metric)
            record |= {metric.name: mean.value, f"{metric.name}_n": mean.n if c.seeds else 0}
        record["feasible"] = search.feasible(c)
        record["seconds"] = c.seconds
        record["trials"] = " ".join(c.trial_ids)
        records.append(record)
    frame = pd.DataFrame(records)
    for axis in search.axes:  # one type a column: a default may be a number among words
        if axis.kind == "categorical" and len(frame):
            frame[axis.key] = frame[axis.key].map(str, na_action="ignore")
    return frame


def by_seed(c: Configuration, metric: Outcome) -> str:
    """Return a metric's values in the order of the seeds: ``−101.2, −99.8``."""
    return ", ".join(number(value) for value in c.scores[metric.name])


def _axis_column(axis: Axis, rows: Sequence[Configuration]) -> Column:
    cells = [axis.value_in_words(c.values[axis.key]) if axis.key in c.values else "–" for c in rows]
    if axis.kind == "categorical":
        return Column(axis.label, cells)
    return Column(axis.label, cells, [_numeric(c.values.get(axis.key)) for c in rows])


def _metric_columns(search: Search, rows: Sequence[Configuration]) -> list[Column]:
    columns = []
    for metric in search.metrics:
        means = [c.mean(metric).value for c in rows]
        title = f"{metric.titled} {metric.arrow}".strip()
        columns.append(Column(title, [number(mean) for mean in means], means))
        if any(len(c.seeds) > 1 for c in rows):
            columns.append(Column("by seed", [by_seed(c, metric) for c in rows]))
    return columns


def _constraint_columns(search: Search, rows: Sequence[Configuration]) -> list[Column]:
    if not search.constraints:
        return []
    return [Column("constraints", [_constraints_met(search, c) for c in rows])]


def _constraints_met(search: Search, c: Configuration) -> str:
    if c.status != "ok":
        return "–"
    missed = [bound.in_words for bound in search.constraints if not c.violation(bound) <= 0]
    return f"violates {words(missed)}" if missed else "met"


def _endings(c: Configuration) -> str:
    return ", ".join(f"{n} {ending}" for ending, n in sorted(Counter(c.endings).items()))


def _numeric(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else math.nan
