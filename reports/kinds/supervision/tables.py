"""Tables of errors over the share of labelled images, and of what more than labels gains."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from reports.figures.marks import Line
from reports.kinds.supervision.lines import Supervision
from reports.page.tables import Column, Table, stacked
from reports.page.text import bare_p, interval, number
from reports.stats.estimates import LEAST_SEEDS, Difference, holm, paired_difference


def errors_table(curve: Supervision) -> Table:
    """Return a row a level: the error of each line, and those of guesses from the same labels."""
    columns = [Column(curve.along.name, curve.along.labels, _floats(curve.along.levels))]
    data: dict[str, object] = {curve.along.key: list(curve.along.levels)}
    for line in curve.lines:
        means = [marginal.mean for marginal in line.marginals]
        cells = [stacked(interval(mean)) if mean.n else "–" for mean in means]
        columns.append(Column(line.label, cells, [mean.value for mean in means]))
        data[line.label] = [mean.value for mean in means]
        data[f"{line.label}, n"] = [mean.n for mean in means]
    for called, marginals in curve.chance.items():
        values = [marginal.mean.value for marginal in marginals]
        columns.append(Column(called, [number(v) for v in values], values, "guessed"))
        data[called] = values
    caption = (
        f"Test {curve.outcome.titled} by {curve.along.name}: mean over seeds, below it Student's "
        "95 % interval."
    )
    if curve.chance:
        caption += " Guessed: from the same labels without a method."
    return Table(f"errors-{curve.outcome.name}", caption, columns, pd.DataFrame(data))


def gains_table(curve: Supervision) -> Table | None:
    """Return a row a level and line: by how much its error is above the first line's; None of one.

    The p-values are adjusted by Holm's method over the table.
    """
    compared = gains(curve)
    if not compared:
        return None
    base = curve.lines[0].label
    gaps = [gap for *_, gap, _ in compared]
    columns = [
        Column(curve.along.name, [curve.along.labels[place] for place, *_ in compared]),
        Column("line", [line.label for _, line, *_ in compared]),
        Column(
            f"{curve.outcome.titled} above that of {base}",
            [interval(gap, signed=True) for gap in gaps],
            [gap.value for gap in gaps],
        ),
        Column("pairs", [str(gap.n) for gap in gaps], [float(gap.n) for gap in gaps]),
        Column("p (Holm)", [bare_p(p) for *_, p in compared], [p for *_, p in compared]),
    ]
    data = pd.DataFrame(
        {
            curve.along.key: [curve.along.levels[place] for place, *_ in compared],
            "line": [line.label for _, line, *_ in compared],
            "difference": [gap.value for gap in gaps],
            "low": [gap.low for gap in gaps],
            "high": [gap.high for gap in gaps],
            "n": [gap.n for gap in gaps],
            "p": [p for *_, p in compared],
        }
    )
    caption = (
        f"What is lost against {base} at each {curve.along.name}: differences of test "
        f"{curve.outcome.label} paired by seed, each with its own 95 % interval; p is adjusted for "
        f"all rows. With fewer than {LEAST_SEEDS} seeds nothing is shown."
    )
    return Table(f"gains-{curve.outcome.name}", caption, columns, data)


def gains(curve: Supervision) -> list[tuple[int, Line, Difference, float]]:
    """Return place of the level, line, difference to the first line, and its adjusted p-value."""
    if not curve.lines:
        return []
    base, *others = curve.lines
    found = [
        (place, line, paired_difference(curve.difference(line, base, place)))
        for place in range(len(curve.along.levels))
        for line in others
    ]
    known = [each for each in found if each[2].n]
    adjusted = holm([gap.p for *_, gap in known])
    return [(*each, float(p)) for each, p in zip(known, adjusted, strict=True)]


def _floats(levels: Sequence[object]) -> list[float]:
    return [float(level) if isinstance(level, int | float) else np.nan for level in levels]
