"""The head of a leaderboard: what was run, merged and measured, and what to be careful of."""

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup

from harness.results import Results
from reports.analysis.boards import STATUSES
from reports.kinds.shared.header import ELSEWHERE, data_notes
from reports.layout.board import Entry
from reports.leaderboard.standings import Standings
from reports.page.text import count, interval, words


def header(
    standings: Standings, runs: Sequence[Results], further_notes: Sequence[str] = ()
) -> Markup:
    """Return the header as HTML: banners, notes, result, counts, facts, commands."""
    return Markup("\n").join(
        [
            *_banner(standings, runs),
            *dict.fromkeys(note for run in runs for note in data_notes(run, None)),
            Markup('<p class="summary">{}</p>').format(_result(standings)),
            _counts(standings, runs),
            _facts(standings, runs),
            *_notes([*standings.board.notes, *further_notes]),
            *_again(runs),
        ]
    )


def _banner(standings: Standings, runs: Sequence[Results]) -> list[Markup]:
    trials = standings.board.trials_once
    n = trials["status"].value_counts()
    lacking = [
        f"{n[status]:,} {said}"
        for status, said in (("missing", "not finished"), ("failed", "failed"))
        if n.get(status)
    ]
    said = [f"of {count(len(trials), 'trial')} {words(lacking)}"] if lacking else []
    if more := _unsuggested(runs):
        said.append(f"{count(more, 'trial')} that a search has still to suggest")
    banner = Markup('<p class="banner" role="status">Incomplete: {}.</p>')
    return [banner.format("; ".join(said))] if said else []


def _unsuggested(runs: Sequence[Results]) -> int:
    """Return how many trials of the runs are in no plan yet: a search plans as it goes on."""
    return sum(run.counts["planned"] - len(run.plan) for run in runs)


def _result(standings: Standings) -> str:
    """Say who has the best mean on each dataset in the metric that orders the tables."""
    outcome = standings.chosen
    if outcome is None:
        return "No trial ended with a finite value of a metric that has a direction."
    said = []
    for dataset in standings.board.datasets:
        of = standings.of.get((dataset, outcome.name), {})
        scored = [e for e in standings.entries(dataset) if e.name in of and of[e.name].mean.n]
        scored = [entry for entry in scored if not entry.reference]
        scored.sort(key=lambda entry: -outcome.sign * of[entry.name].mean.value)
        unsupervised = [entry for entry in scored if entry.supervision == "none"]
        if not scored:
            continue
        sentence = f"on {dataset} {_named(standings, dataset, scored[0])}"
        if unsupervised and unsupervised[0] is not scored[0]:
            sentence += f", without supervision {_named(standings, dataset, unsupervised[0])}"
        said.append(sentence)
    return (
        f"The best mean {outcome.label}, the metric that orders the tables: {'; '.join(said)}. "
        "Best is not the same as shown to be better: only what is bold in the tables is."
    )


def _named(standings: Standings, dataset: str, entry: Entry) -> str:
    assert standings.chosen
    mean = standings.of[dataset, standings.chosen.name][entry.name].mean
    return f"{entry.name} ({interval(mean, standings.chosen.unit)})"


def _counts(standings: Standings, runs: Sequence[Results]) -> Markup:
    board = standings.board
    statuses = board.trials_once["status"].value_counts().to_dict()
    statuses["missing"] = statuses.get("missing", 0) + _unsuggested(runs)
    counted = [
        (len({board.entries[name].method for name in board.ranked}), "method", "methods"),
        (len(board.datasets), "dataset", "datasets"),
        (len(board.metrics), "metric", "metrics"),
        (len(board.trials_once), "trial on the test split", "trials on the test split"),
        (len(board.tuning), "trial of tuning", "trials of tuning"),
        *((int(statuses.get(status, 0)), status, status) for status in STATUSES),
    ]
    item = Markup('<li class="{}"><b>{:,}</b>{}</li>')
    bad = ("failed", "missing")
    items = (
        item.format("zero" if not n else "bad" if one in bad else "", n, one if n == 1 else many)
        for n, one, many in counted
    )
    return Markup('<ul class="counts">{}</ul>').format(Markup("").join(items))


def _facts(standings: Standings, runs: Sequence[Results]) -> Markup:
    board = standings.board
    versions = [
        f"{c.removeprefix('env.')} {_values(board.trials, c)}" for c in _environment(board.trials)
    ]
    facts = {
        "Datasets": words(list(board.datasets)),
        "Shown first": words([outcome.titled for outcome in standings.telling]),
        "Scale": words(sorted({str(run.sweep["scale"]) for run in runs if run.sweep.get("scale")})),
        "Started": words(sorted({str(r.sweep["created"]) for r in runs if r.sweep.get("created")})),
        "Environment": "; ".join(versions),
        "Run directories": ", ".join(run.location for run in runs),
    }
    row = Markup("<dt>{}</dt><dd>{}</dd>")
    rows = (row.format(name, fact) for name, fact in facts.items() if fact)
    return Markup("<dl>\n{}\n</dl>").format(Markup("\n").join(rows))


def _environment(trials: pd.DataFrame) -> list[str]:
    hidden = {f"env.{name}" for name in (*ELSEWHERE, "data_fingerprint")} - {"env.git_commit"}
    return [
        c for c in trials.columns if c.startswith("env.") and c not in hidden and _values(trials, c)
    ]


def _values(trials: pd.DataFrame, column: str) -> str:
    return ", ".join(sorted({str(value) for value in trials[column].dropna().unique()}))


def _notes(notes: Sequence[str]) -> list[Markup]:
    if not notes:
        return []
    items = Markup("").join(Markup("<li>{}</li>").format(note) for note in notes)
    return [Markup('<div class="note">What was compared:<ul>{}</ul></div>').format(items)]


def _again(runs: Sequence[Results]) -> list[Markup]:
    commands = dict.fromkeys(str(r.sweep["command"]) for r in runs if r.sweep.get("command"))
    if not commands:
        return []
    return [Markup("<p>Run it again:</p>\n<pre>{}</pre>").format("\n".join(commands))]
