"""The result in sentences: which group is better, by how much, and which gaps are significant."""

from collections import Counter

from markupsafe import Markup

from reports.analysis.families import Compared
from reports.analysis.group_comparisons import Comparison
from reports.layout.grid import Grid
from reports.layout.profiles import Profile
from reports.page.figure import robust_limits
from reports.page.text import article, count, interval, p_value, words

MOST_SENTENCES = 6
"""Most comparisons put into words; the table has all."""


def reading(grid: Grid, group_profiles: dict[str, Profile], compared: list[Comparison]) -> Markup:
    """Return a few sentences that state the result with its intervals and sample sizes."""
    sentences = []
    if any(profile.best for profile in group_profiles.values()):
        sentences += _differences(grid, compared)
    if len(grid.levels) > 1:
        sentences.append(_limits(grid, group_profiles))
    sentences.append(outliers(grid))
    paragraph = Markup("<p>{}</p>")
    return Markup("\n").join(paragraph.format(sentence) for sentence in sentences if sentence)


def ending(grid: Grid) -> str:
    """Say how the planned trials ended."""
    counts = grid.counts
    endings = [f"{n:,} {status}" for status, n in counts.items() if n and status != "planned"]
    if not counts["planned"]:
        return "There are no trials to read."
    if counts["missing"] == counts["planned"]:
        return f"None of the {count(counts['planned'], 'planned trial')} has finished yet."
    sentence = f"Of {count(counts['planned'], 'planned trial')}: {words(endings)}."
    label, valued = grid.outcome.label, int(grid.rows["value"].notna().sum())
    if not valued:
        sentence += (
            f" No trial ended with a finite test {label}, so there are no values to compare."
        )
    elif lacking := counts["ok"] - valued:
        sentence += f" {lacking:,} of those that are ok have no finite test {label}."
    return sentence


def best(grid: Grid, group_profiles: dict[str, Profile]) -> str:
    """Say which group has the best mean, and where; some group must be stable somewhere."""
    outcome = grid.outcome
    leader = max(
        (profile.best for profile in group_profiles.values() if profile.best),
        key=lambda cell: outcome.sign * float(cell.values.mean()),
    )
    mean = interval(leader.mean, outcome.unit)
    return (
        f"The {outcome.best} mean test {outcome.label}, {mean}, was reached by "
        f"{leader.group}{grid.at(leader.level)} (n = {count(leader.mean.n, 'seed')})."
    )


def _differences(grid: Grid, compared: list[Comparison]) -> list[str]:
    """Say for each pair whether a difference is shown, each group at its best level."""
    return [_difference(c, grid) for c in compared[:MOST_SENTENCES] if c.at_best.difference.n]


def _difference(c: Comparison, grid: Grid) -> str:
    outcome, gap = grid.outcome, c.at_best.difference
    better, worse = (c.a, c.b) if outcome.sign * gap.value > 0 else (c.b, c.a)
    basis = (
        f"{c.a} − {c.b} = {interval(gap, outcome.unit, signed=True)}, n = {count(gap.n, 'pair')}, "
        f"Holm {p_value(c.at_best.adjusted)}{unadjusted(c.at_best)}"
    )
    verdict = (
        f"{better} is better than {worse}"
        if c.at_best.sign
        else f"No significant difference between {c.a} and {c.b}"
    )
    condition = ", each at its best level" if len(grid.levels) > 1 else ""
    sentence = f"{verdict}{condition} ({basis})"
    if c.levels and len(grid.levels) > 1:
        overall = interval(c.at_common, outcome.unit, signed=True)
        sentence += (
            f"; over the {count(len(c.levels), 'level')} at which both are stable the difference "
            f"is {overall} (n = {count(c.at_common.n, 'pair')})"
        )
    return sentence + "."


def unadjusted(compared: Compared) -> str:
    """Say why nothing is shown beside an interval that leaves out 0."""
    if not compared.beyond_its_interval:
        return ""
    return "; the interval is of this pair alone, only p is adjusted"


def outliers(grid: Grid, limits: tuple[float, float] | None = None) -> str:
    """Warn of finite values that are useless: such trials count as finished.

    Args:
        grid: the sweep.
        limits: beyond these values are useless; None for the robust limits.
    """
    low, high = limits or robust_limits(grid.rows["value"].to_numpy())
    far = grid.rows[(grid.rows["value"] < low) | (grid.rows["value"] > high)]
    if far.empty:
        return ""
    cells = Counter(zip(far["group"], far["x"], strict=True)).most_common()
    locations = [f"{n} of {group}{grid.at(level)}" for (group, level), n in cells[:MOST_SENTENCES]]
    if len(cells) > MOST_SENTENCES:
        locations.append(f"others in {count(len(cells) - MOST_SENTENCES, 'cell')}")
    trials, what = count(len(far), "trial"), article(grid.outcome.label)
    return (
        f"Caution: {trials} ended with {what} that is finite but far from all others "
        f"({words(locations)}); they count as finished, not as diverged."
    )


def _limits(grid: Grid, group_profiles: dict[str, Profile]) -> str:
    """Say up to which level each group is stable."""
    limits = [f"{p.group}: {p.limit_label}" for p in list(group_profiles.values())[:MOST_SENTENCES]]
    if not limits:
        return ""
    return (
        f"Largest {grid.axis_name} up to which every trial ended with a finite "
        f"{grid.outcome.label}: {'; '.join(limits)}."
    )
