"""The table over all datasets: entries as rows, and of each metric rating and improvability."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from markupsafe import Markup

from reports.layout.board import Entry
from reports.layout.outcome import Outcome
from reports.leaderboard.choices import (
    metric_chooser,
    of_metric,
    rating_chooser,
    row_choices,
    row_choosers,
)
from reports.leaderboard.dataset_table import (
    entry_column,
    shortened,
    spread_out,
    supervision_column,
)
from reports.leaderboard.numbers import NONE, Overall
from reports.leaderboard.standings import Standings
from reports.page.tables import Column, Table
from reports.page.text import count, words
from reports.stats.elo import MANY_DATASETS
from reports.stats.estimates import Estimate

NOT_RATED = Overall(NONE, NONE, float("nan"), 0)


def overall_table(standings: Standings) -> Table:
    """Return the table over all datasets, the highest rating in the chosen metric first."""
    entries = standings.ranked()
    endings = [standings.endings(entry.name) for entry in entries]
    won = {entry.name for entry in entries if standings.default_won(entry)}
    columns = [
        entry_column(entries, won),
        supervision_column(entries),
        Column("trials", [each.said for each in endings], [each.ok for each in endings]),
    ]
    for outcome in standings.outcomes:
        columns += _metric_columns(standings, outcome, entries)
    return Table(
        "overall",
        _caption(standings),
        columns,
        _data(standings, entries),
        choosers=[*row_choosers(standings), metric_chooser(standings), rating_chooser()],
        row_choices=[row_choices(entry, both=entry.name in won) for entry in entries],
    )


def _metric_columns(
    standings: Standings, outcome: Outcome, entries: Sequence[Entry]
) -> list[Column]:
    of = standings.overall.get(outcome.name, {})
    found = [of.get(entry.name, NOT_RATED) for entry in entries]
    group = Markup("{} {}").format(outcome.titled, outcome.arrow)
    metric = of_metric(standings, outcome)
    ratings = [f"{each.elo.value:.0f} [{each.elo.low:.0f}, {each.elo.high:.0f}]" for each in found]
    shown: list[tuple[str, str, list[str]]] = [
        ("Elo", "elo", [_rating(each, text) for each, text in zip(found, ratings, strict=True)]),
        ("improvability", "gap", [_percent(each.improvability) for each in found]),
        ("mean rank", "place", [f"{e.rank:.3g}" if e.n else "–" for e in found]),
    ]
    keys = {
        "elo": [each.elo.value for each in found],
        "gap": [each.improvability.value for each in found],
        "place": [each.rank for each in found],
    }
    return [
        Column(title, cells, keys[name], group, (metric, f"o-{name}"), descending=name == "elo")
        for title, name, cells in shown
    ]


def _rating(each: Overall, text: str) -> Markup:
    if not (each.n and np.isfinite(each.elo.value)):
        return Markup("–")
    value, _, ends = text.partition(" ")
    if each.elo.low == each.elo.high:  # the anchor's, which stands still
        return Markup("{} <small>anchor</small>").format(value)
    return Markup("{} <small>{}</small>").format(value, ends)


def _percent(gap: Estimate) -> Markup:
    if not (gap.n and np.isfinite(gap.value)):
        return Markup("–")
    ends = f"[{100 * gap.low:.0f}, {100 * gap.high:.0f}]" if np.isfinite(gap.low) else ""
    return Markup("{:.0f} % <small>{}</small>").format(100 * gap.value, ends)


def meaning(standings: Standings) -> str:
    """Say what ratings over these datasets mean, above all if there is but one."""
    datasets = standings.board.datasets
    if len(datasets) == 1:
        return (
            f"There is one dataset, {datasets[0]}: ratings, improvability and intervals say how "
            "the entries compare with other seeds on it, and nothing of how they would compare on "
            "another dataset."
        )
    about = (
        "ratings are about datasets like these, as both datasets and seeds are resampled"
        if len(datasets) >= MANY_DATASETS
        else "intervals are about other seeds on these datasets: so few say nothing of others"
    )
    return (
        f"Over {count(len(datasets), 'dataset')} ({words(list(datasets))}), each of which weighs "
        f"the same; {about}.{_absences(standings)}"
    )


def _absences(standings: Standings) -> str:
    """Say which methods have no trials on some of the datasets: ratings are of the others alone."""
    of: dict[str, set[str]] = {}
    for entry in standings.ranked():
        of.setdefault(entry.method, set()).update(entry.on)
    datasets = standings.board.datasets
    return "".join(
        f" {method} has no trials on {words([d for d in datasets if d not in on])}: its numbers "
        f"here are of {words([d for d in datasets if d in on])} alone."
        for method, on in of.items()
        if not on.issuperset(datasets)
    )


def _caption(standings: Standings) -> str:
    anchor = standings.anchor
    return (
        f"{meaning(standings)} Elo: ratings under which a difference of 400 means odds of ten to "
        f"one that a seed of one entry beats a seed of the other; {anchor} stands at 1000. "
        "Improvability: the part of an entry's error, what its mean lacks to a perfect score, that "
        "the best entry does not make; where there is no perfect score, what it lacks to the best "
        "as a part of what the worst lacks. Mean rank: of its ranks on the datasets. Intervals are "
        "95 %; simulated, that of a rating holds it in 93 to 100 % of cases. Trials: those that "
        "ended well, and what became of the others."
    )


def _data(standings: Standings, entries: Sequence[Entry]) -> pd.DataFrame:
    rows = []
    for outcome in standings.outcomes:
        of = standings.overall.get(outcome.name, {})
        for entry in entries:
            each = of.get(entry.name, NOT_RATED)
            rows.append(
                {
                    "entry": entry.name,
                    "supervision": entry.supervision,
                    "metric": outcome.name,
                    **spread_out("elo", each.elo),
                    **spread_out("improvability", each.improvability),
                    "mean_rank": each.rank,
                    "datasets": each.n,
                }
            )
    return shortened(pd.DataFrame(rows))
