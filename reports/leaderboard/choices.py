"""What a reader of a leaderboard shows and hides: metrics, statistics, kinds of entries."""

from collections.abc import Mapping

from reports.layout.board import Entry
from reports.layout.outcome import Outcome
from reports.leaderboard.standings import Standings
from reports.page.tables import Chooser

STATISTICS = {"rank": "rank", "mean": "mean", "iqm": "IQM", "n": "n"}
"""Columns of each metric on a dataset, and what they are called."""
RATINGS = {"elo": "Elo", "gap": "improvability", "place": "mean rank"}
"""Columns of each metric over all datasets."""
SHOWN_STATISTICS = ("rank", "mean", "iqm")
SHOWN_RATINGS = ("elo", "gap")
_SUPERVISION = {
    "none": "none",
    "pairs": "pairs of images",
    "partial": "a part of the labels",
    "labels": "labels",
    "?": "not known",
}
_VARIANTS = {"tuned": "tuned", "default": "default", "other": "other", "reference": "references"}


def metric_chooser(standings: Standings) -> Chooser:
    """Return the choice of metrics: all of the board, those first that tell most."""
    options = {of_metric(standings, outcome): outcome.label for outcome in standings.outcomes}
    shown = frozenset(of_metric(standings, outcome) for outcome in standings.telling)
    return Chooser("Metrics", options, shown)


def of_metric(standings: Standings, outcome: Outcome) -> str:
    """Return the name of a metric's choice: metrics of others may have any name."""
    return f"m{standings.board.metrics.index(outcome)}"


def statistic_chooser() -> Chooser:
    """Return the choice of what is shown of each metric on a dataset."""
    return _chooser("Of each metric", "s-", STATISTICS, SHOWN_STATISTICS)


def rating_chooser() -> Chooser:
    """Return the choice of what is shown of each metric over all datasets."""
    return _chooser("Of each metric", "o-", RATINGS, SHOWN_RATINGS)


def row_choosers(standings: Standings) -> list[Chooser]:
    """Return the choices of rows: by supervision, and tuned or not; only where rows differ."""
    entries = standings.board.entries.values()
    kinds = (
        ("Supervision", "u", [e.supervision for e in entries if not e.reference], _SUPERVISION),
        ("Configuration", "v", [_variant(entry) for entry in entries], _VARIANTS),
    )
    choosers = []
    for legend, prefix, found, labels in kinds:
        options = {
            f"{prefix}{place}": label
            for place, (name, label) in enumerate(labels.items())
            if name in found
        }
        if len(options) > 1:
            choosers.append(Chooser(legend, options, frozenset(options)))
    return choosers


def row_choices(entry: Entry, *, both: bool = False) -> tuple[str, ...]:
    """Return the choices that an entry's row is shown by; one of ``both`` variants always is."""
    supervision = () if entry.reference else (f"u{[*_SUPERVISION].index(entry.supervision)}",)
    return supervision if both else (*supervision, f"v{[*_VARIANTS].index(_variant(entry))}")


def _variant(entry: Entry) -> str:
    if entry.reference:
        return "reference"
    return entry.variant if entry.variant in ("tuned", "default") else "other"


def _chooser(legend: str, prefix: str, names: Mapping[str, str], shown: tuple[str, ...]) -> Chooser:
    options = {f"{prefix}{name}": label for name, label in names.items()}
    return Chooser(legend, options, frozenset(f"{prefix}{name}" for name in shown))
