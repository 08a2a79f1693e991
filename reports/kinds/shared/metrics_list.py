"""What each metric of a sweep means, folded into a line of the header."""

from typing import Any

from markupsafe import Markup

from harness.results import Results
from reports.layout.outcome import Outcome, outcomes_of
from reports.page.text import count, words

NAMED = 4
"""Most metrics named while the list is folded; the others are counted."""


def metrics_list(results: Results) -> list[Markup]:
    """Return a folded list of every metric with its unit, range, meaning and better side."""
    outcomes = outcomes_of(results)
    if not outcomes:
        return []
    stored = results.sweep.get("metrics")
    entries = {
        entry["name"]: entry
        for entry in (stored if isinstance(stored, list) else [])
        if isinstance(entry, dict) and "name" in entry
    }
    row = Markup("<dt>{}</dt><dd>{}</dd>")
    rows = [row.format(o.titled, _explained(o, entries.get(o.name, {}))) for o in outcomes]
    named = [outcome.label for outcome in outcomes[:NAMED]]
    more = [f"{len(outcomes) - NAMED} more"] if len(outcomes) > NAMED else []
    folded = Markup('<details class="metrics"><summary>{}: {}</summary>\n<dl>{}</dl></details>')
    title = count(len(outcomes), "metric").capitalize()
    return [folded.format(title, words([*named, *more]), Markup("").join(rows))]


def _explained(outcome: Outcome, entry: dict[str, Any]) -> str:
    better = f"{outcome.better} is better" if outcome.directed else "neither way is better"
    values = f", in {entry['range']}" if entry.get("range") else ""
    meaning = str(entry.get("meaning") or "")
    return f"{meaning} {better.capitalize()}{values}.".strip()
