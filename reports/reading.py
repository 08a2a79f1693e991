"""The result in words, computed: what is better than what, by how much, and what is not shown."""

from collections import Counter

from markupsafe import Markup

from reports.comparisons import Comparison
from reports.figures import robust_limits
from reports.grid import Grid
from reports.profiles import Profile
from reports.statistics import LEVEL
from reports.text import count, interval, p_value, words

MOST_SENTENCES = 6
"""Most comparisons put into words; the table has all."""


def reading(grid: Grid, found: dict[str, Profile], compared: list[Comparison]) -> Markup:
    """Return a few sentences that state the result with its intervals and sample sizes."""
    said = [_ending(grid)]
    if any(profile.best for profile in found.values()):
        said += [_best(grid, found), *_differences(compared)]
    if grid.axis:
        said.append(_limits(grid, found))
    said.append(_outliers(grid))
    paragraph = Markup("<p>{}</p>")
    return Markup("\n").join(paragraph.format(sentence) for sentence in said if sentence)


def _ending(grid: Grid) -> str:
    counts = grid.counts
    endings = [f"{n:,} {status}" for status, n in counts.items() if n and status != "planned"]
    if not counts["planned"]:
        return "There are no trials to read."
    if counts["missing"] == counts["planned"]:
        return f"None of the {count(counts['planned'], 'planned trial')} has finished yet."
    sentence = f"Of {count(counts['planned'], 'planned trial')}: {words(endings)}."
    if not grid.rows["value"].notna().any():
        sentence += " No trial ended with a finite test ELBO, so there are no values to compare."
    return sentence


def _best(grid: Grid, found: dict[str, Profile]) -> str:
    leader = max(
        (profile.best for profile in found.values() if profile.best),
        key=lambda cell: float(cell.values.mean()),
    )
    return (
        f"The highest mean test ELBO, {interval(leader.mean, 'nats')}, was reached by "
        f"{leader.group}{grid.at(leader.level)} (n = {count(leader.mean.n, 'seed')})."
    )


def _differences(compared: list[Comparison]) -> list[str]:
    """Say for each pair whether a difference is shown, each group at its best level."""
    return [_difference(c) for c in compared[:MOST_SENTENCES] if c.at_best.n]


def _difference(c: Comparison) -> str:
    shown = c.adjusted < 1 - LEVEL
    better, worse = (c.a, c.b) if c.at_best.value > 0 else (c.b, c.a)
    gap = f"{interval(c.at_best, 'nats', signed=True)}"
    basis = f"{c.a} − {c.b} = {gap}, n = {count(c.at_best.n, 'pair')}, Holm {p_value(c.adjusted)}"
    verdict = (
        f"{better} is better than {worse}"
        if shown
        else f"No significant difference between {c.a} and {c.b}"
    )
    sentence = f"{verdict}, each at its best level ({basis})"
    if c.levels:
        sentence += (
            f"; over the {count(len(c.levels), 'level')} at which both are stable the difference "
            f"is {interval(c.at_common, 'nats', signed=True)} (n = {count(c.at_common.n, 'pair')})"
        )
    return sentence + "."


def _outliers(grid: Grid) -> str:
    """Warn of finite values that are useless: such trials count as finished."""
    low, high = robust_limits(grid.rows["value"].to_numpy())
    far = grid.rows[(grid.rows["value"] < low) | (grid.rows["value"] > high)]
    if far.empty:
        return ""
    cells = Counter(zip(far["group"], far["x"], strict=True)).most_common()
    named = [f"{n} of {group}{grid.at(level)}" for (group, level), n in cells[:MOST_SENTENCES]]
    if len(cells) > MOST_SENTENCES:
        named.append(f"others in {count(len(cells) - MOST_SENTENCES, 'cell')}")
    trials = count(len(far), "trial")
    return (
        f"Caution: {trials} ended with an ELBO that is finite but far from all others "
        f"({words(named)}); they count as finished, not as diverged."
    )


def _limits(grid: Grid, found: dict[str, Profile]) -> str:
    """Say up to which level each group is stable."""
    limits = [f"{p.group}: {p.limit_label}" for p in list(found.values())[:MOST_SENTENCES]]
    if not limits:
        return ""
    return (
        f"Largest {grid.axis_name} up to which every trial ended with a finite ELBO: "
        f"{'; '.join(limits)}."
    )
