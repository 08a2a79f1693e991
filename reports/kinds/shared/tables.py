"""The tables of a stability report: groups, comparisons, cells, trials."""

import math

import pandas as pd

from harness.results import Results
from reports.analysis.families import MOST_PAIRED, Family
from reports.analysis.group_comparisons import MOST_RIVALS, Comparison
from reports.layout.grid import STATUSES, Grid
from reports.layout.profiles import Cell, Profile
from reports.page.tables import Column, Table
from reports.page.text import bare_p, durations, interval, level_label, number, share
from reports.stats.estimates import Estimate


def groups_table(grid: Grid, group_profiles: dict[str, Profile]) -> Table:
    """Return one row a group: limit, divergence, best level, spread."""
    all_of = list(group_profiles.values())
    limits = [math.nan if p.limit is None else p.limit for p in all_of]
    best = [p.best.mean if p.best else Estimate(math.nan, math.nan, math.nan, 0) for p in all_of]
    at = [p.best.level if p.best else math.nan for p in all_of]
    spread = [p.best.spread if p.best else math.nan for p in all_of]
    axis = grid.axis_name or "level"
    columns = [
        Column(grid.group_name, [p.group for p in all_of]),
        Column(f"largest stable {axis}", [p.limit_label for p in all_of], limits),
        Column(
            "diverged / ended",
            [share(p.diverged) for p in all_of],
            [p.diverged.value for p in all_of],
        ),
        Column(f"best mean {grid.outcome.titled}", [*map(interval, best)], [b.value for b in best]),
        Column(f"at {axis}", [*map(level_label, at)], at),
        Column("SD over seeds", [number(s, 3) for s in spread], spread),
        Column("n", [str(b.n) for b in best], [b.n for b in best]),
    ]
    data = pd.DataFrame(
        {
            "group": [p.group for p in all_of],
            "limit": limits,
            "ended": [p.diverged.n for p in all_of],
            **_spread_out("diverged", [p.diverged for p in all_of]),
            **_spread_out("best_mean", best),
            "best_level": at,
            "best_sd": spread,
            "best_n": [b.n for b in best],
        }
    )
    caption = (
        f"Stability of each {grid.group_name}. Largest stable {axis}: up to it every planned trial "
        f"ended with a finite {grid.outcome.label} (≥ where nothing is known to diverge beyond "
        "it). Divergence: share of trials that diverged among those that ended, with Wilson's "
        f"95 % interval. Best: the {grid.outcome.best} mean final test {grid.outcome.label} among "
        "the levels at which every seed finished, with Student's 95 % interval, and the standard "
        "deviation (SD) over its n seeds."
    )
    return Table("groups", caption, columns, data)


def comparisons_table(grid: Grid, compared: list[Comparison], family: Family) -> Table:
    """Return one row a pair of groups, of the page's comparisons in the sweep's outcome."""
    outcome, chosen = grid.outcome, len(grid.levels) > 1
    pairs = [f"{c.a} − {c.b}" for c in compared]
    gaps = [c.at_best.difference for c in compared]
    columns = [
        Column("pair", pairs),
        Column(
            "each at its best" if chosen else "difference",
            [f"{interval(gap, signed=True)}, n = {gap.n}" for gap in gaps],
            [gap.value for gap in gaps],
        ),
        Column(
            "Holm p",
            [bare_p(c.at_best.adjusted) for c in compared],
            [c.at_best.adjusted for c in compared],
        ),
        *([_at_common_levels(compared)] if chosen else []),
        Column(
            "P(first wins)", [interval(c.wins) for c in compared], [c.wins.value for c in compared]
        ),
    ]
    data = pd.DataFrame(
        {
            "a": [c.a for c in compared],
            "b": [c.b for c in compared],
            **_spread_out("at_best", list(gaps)),
            "at_best_n": [gap.n for gap in gaps],
            "at_best_p": [gap.p for gap in gaps],
            "at_best_p_holm": [c.at_best.adjusted for c in compared],
            **_spread_out("at_common", [c.at_common for c in compared]),
            "at_common_n": [c.at_common.n for c in compared],
            **_spread_out("wins", [c.wins for c in compared]),
        }
    )
    at, on_what, over = (
        (
            "Each at its best level: paired by seed",
            "; the levels were chosen on the same trials",
            " Over common levels: paired by level and seed where both are stable, every level "
            "counting the same.",
        )
        if chosen
        else ("Paired by seed", "", "")
    )
    caption = (
        f"Differences of final test {outcome.titled} with 95 % intervals; "
        f"{'positive' if outcome.higher_is_better else 'negative'} favours the first. "
        f"{at} (t-test, p adjusted by Holm's method for the "
        f"{family.size} comparisons of this metric on this page, the interval not{on_what})."
        f"{over} P(first wins): "
        "probability that a trial of the first beats one of the second at the same level, diverged "
        "ones being worst, with a stratified bootstrap interval (which collapses where all pairs "
        "agree)."
    )
    if len(grid.groups) > MOST_PAIRED:
        caption += f" The best of {len(grid.groups)} groups is compared with at most {MOST_RIVALS}."
    return Table("comparisons", caption, columns, data)


def _at_common_levels(compared: list[Comparison]) -> Column:
    gaps = [c.at_common for c in compared]
    written = [f"{interval(gap, signed=True)}, n = {gap.n}" for gap in gaps]
    return Column("over common levels", written, [gap.value for gap in gaps])


def cells_table(grid: Grid, group_profiles: dict[str, Profile]) -> Table:
    """Return one row a cell: counts, mean, interquartile mean."""
    cells = [cell for profile in group_profiles.values() for cell in profile.cells]
    means, iqms = [cell.mean for cell in cells], [cell.iqm for cell in cells]
    levels, spreads = [cell.level for cell in cells], [cell.spread for cell in cells]
    columns = [
        Column(grid.group_name, [cell.group for cell in cells]),
        *_axis(grid, levels),
        *(_count_column(cells, s) for s in ("planned", *STATUSES) if grid.counts[s]),
        Column(f"mean {grid.outcome.titled}", [*map(interval, means)], [m.value for m in means]),
        Column("IQM", [*map(interval, iqms)], [m.value for m in iqms]),
        Column("SD", [number(s, 3) for s in spreads], spreads),
    ]
    data = pd.DataFrame(
        {
            "group": [cell.group for cell in cells],
            "level": levels,
            **{s: [cell.counts[s] for cell in cells] for s in ("planned", *STATUSES)},
            **_spread_out("mean", means),
            **_spread_out("iqm", iqms),
            "sd": spreads,
        }
    )
    caption = (
        f"Final test {grid.outcome.label} of every cell over the trials that did not diverge: mean "
        "with Student's 95 % interval, interquartile mean (IQM) with a bootstrap interval, "
        "standard deviation (SD) over seeds."
    )
    return Table("cells", caption, columns, data)


def trials_table(grid: Grid, results: Results) -> Table:
    """Return one row a planned trial, with its error unfolded on demand."""
    rows = grid.rows
    errors = ["" if pd.isna(e) else str(e).strip() for e in rows["error"]]
    columns = [
        Column("trial", [*rows["trial_id"]]),
        Column("status", rows["status"].tolist()),
        Column(grid.group_name, rows["group"].tolist()),
        *_axis(grid, rows["x"].tolist()),
        Column("seed", [f"{seed:g}" for seed in rows["seed"]], rows["seed"].tolist()),
        Column(grid.outcome.titled, [number(v, 5) for v in rows["value"]], rows["value"].tolist()),
        Column("time", durations(rows["seconds"].tolist()), rows["seconds"].tolist()),
        Column("error or reason", [_error(error) for error in errors]),
    ]
    trials = results.trials.drop(columns="error", errors="ignore")
    data = rows[["trial_id", "status", "group", "error"]].merge(
        trials.drop(columns="status", errors="ignore").astype({"trial_id": str}),
        on="trial_id",
        how="left",
    )
    caption = (
        "Every planned trial. The download holds all parameters, metrics, times and the "
        "environment of each."
    )
    return Table("trials", caption, columns, data)


def _axis(grid: Grid, levels: list[float]) -> list[Column]:
    """Return the column of the axis, where there is one."""
    return [Column(grid.axis_name, [*map(level_label, levels)], levels)] if grid.axis else []


def _count_column(cells: list[Cell], status: str) -> Column:
    counts = [cell.counts[status] for cell in cells]
    return Column(status, [str(n) for n in counts], counts)


def _error(text: str) -> str:
    """Put the line that says most, the last of a traceback, before the whole text."""
    lines = text.splitlines()
    return f"{lines[-1]}\n{text}" if len(lines) > 1 else text


def _spread_out(name: str, estimates: list[Estimate]) -> dict[str, list[float]]:
    return {
        name: [e.value for e in estimates],
        f"{name}_low": [e.low for e in estimates],
        f"{name}_high": [e.high for e in estimates],
    }
