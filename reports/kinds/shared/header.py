"""A report's header: what was run and measured, on what, how it ended, how to run it again."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from markupsafe import Markup

from harness.durations import duration
from harness.results import Results
from reports.claims.published import Published, published
from reports.kinds.shared.metrics_list import metrics_list
from reports.kinds.shared.reading import best, ending
from reports.kinds.shared.settings import settings
from reports.kinds.shared.sizes import COLUMN
from reports.layout.grid import Grid
from reports.layout.profiles import profiles
from reports.page.text import count, level_label, words

HARDWARE = ("host", "device", "cpu", "threads")
ELSEWHERE = (
    "git_commit",
    "git_dirty",
    "data_root",
    "code_fingerprint",
    "parameters",
    "dimensions",
    "arrays",
    "unscored",
    "stack",
    "stack_choice",
)
"""Columns of the environment that have a line of their own, or say nothing of the machine."""
MOST_VALUES = 4
"""Most different values named of one fact; the others are counted."""


def header(results: Results, grid: Grid) -> Markup:
    """Return the header as HTML: banners, counts, facts, problems, command."""
    publication = published(str(results.sweep.get("space") or ""))
    blocks = [
        *_banners(grid),
        *data_notes(results, publication),
        summary(grid),
        _counts(grid),
        _facts(results, grid),
        *metrics_list(results),
        *_problems(results.problems),
    ]
    if command := results.sweep.get("command"):
        blocks.append(Markup("<p>Run it again:</p>\n<pre>{}</pre>").format(str(command)))
    return Markup("\n").join(blocks)


def summary(grid: Grid) -> Markup:
    """Say in a paragraph how the trials ended and, on a single dataset, what was best."""
    sentences, group_profiles = [ending(grid)], profiles(grid)
    if "dataset" not in grid.factors and any(p.best for p in group_profiles.values()):
        sentences.append(best(grid, group_profiles))
    return Markup('<p class="summary">{}</p>').format(" ".join(sentences))


def _banners(grid: Grid) -> list[Markup]:
    """Say that a run is incomplete, or empty, before anything else is said."""
    counts = grid.counts
    if not counts["planned"]:
        return [Markup('<p class="banner" role="status">This run directory holds no trials.</p>')]
    lacking = [
        f"{counts[status]:,} {wording}"
        for status, wording in (("missing", "not finished"), ("failed", "failed"))
        if counts[status]
    ]
    if not lacking:
        return []
    banner = Markup('<p class="banner" role="status">Incomplete: of {} {}.</p>')
    return [banner.format(count(counts["planned"], "planned trial"), words(lacking))]


def data_notes(results: Results, publication: Published | None) -> list[Markup]:
    """Mark where data or scale differ from the published experiment."""
    trials, sentences = results.trials, []
    datasets = _distinct(trials, "dataset")
    if "data_source" in trials:
        rendered = _distinct(trials[trials["data_source"] == "procedural"], "dataset")
        if rendered:
            sentences.append(
                f"Procedural data: the images of {words(rendered)} are rendered, not those of a "
                "published set."
            )
    if publication and any(dataset != publication.used for dataset in datasets):
        sentences.append(f"The paper's data: {publication.used}; this run's: {words(datasets)}.")
    scale = str(results.sweep.get("scale") or "")
    if results.smoke:
        sentences.append(
            f"The scale is “{scale}”, which only shows that everything runs: so few steps teach a "
            "method nothing."
        )
    elif scale and scale != "paper":
        sentences.append(f"The scale is “{scale}”, not the published setting.")
    lost = results.sweep.get("left_out")
    for name, why in (lost if isinstance(lost, dict) else {}).items():
        sentences.append(f"Of the search space “{name}” is left out, because {why}.")
    if sentences:
        sentences.append("Numbers cannot be compared with published ones; directions may be.")
    note = Markup('<p class="note">{}</p>')
    return [note.format(" ".join(sentences))] if sentences else []


def _counts(grid: Grid) -> Markup:
    item = Markup('<li class="{}"><b>{:,}</b>{}</li>')
    counts = {"planned": grid.counts["planned"]}
    counts["finished"] = counts["planned"] - grid.counts["missing"]
    counts |= {status: n for status, n in grid.counts.items() if status != "planned"}
    bad = ("failed", "missing")
    items = (
        item.format("zero" if not n else "bad" if name in bad else "", n, name)
        for name, n in counts.items()
    )
    return Markup('<ul class="counts">{}</ul>').format(Markup("").join(items))


def _facts(results: Results, grid: Grid) -> Markup:
    sweep, trials = results.sweep, results.trials
    facts = {
        "Search space": sweep.get("space"),
        "Method": _values(trials, "method"),
        "Dataset": _datasets(trials),
        "Values of an image": _values(trials, COLUMN),
        "Data folder": _values(trials, "env.data_root"),
        "Scale": sweep.get("scale"),
        "Swept": _swept(sweep),
        **settings(results),
        "Outcome": f"test {grid.outcome.titled}, {grid.outcome.better} is better",
        "Seeds": grid.rows["seed"].nunique() or sweep.get("seeds"),
        "Started": sweep.get("created"),
        "Duration": _durations(sweep, grid),
        "Commit": _commit(trials),
        "Hardware": _environment(trials, hardware=True),
        "Versions": _environment(trials, hardware=False),
        "Run directory": results.location,
    }
    row = Markup("<dt>{}</dt><dd>{}</dd>")
    rows = (row.format(name, str(fact)) for name, fact in facts.items() if fact)
    return Markup("<dl>\n{}\n</dl>").format(Markup("\n").join(rows))


def _problems(problems: Iterable[str]) -> list[Markup]:
    items = Markup("").join(Markup("<li>{}</li>").format(problem) for problem in problems)
    if not items:
        return []
    return [Markup('<div class="note">Problems:<ul>{}</ul></div>').format(items)]


def _swept(sweep: dict[str, Any]) -> str:
    swept = sweep.get("swept")
    axes = (sweep.get("search") or {}).get("axes") or {}
    return "; ".join(
        f"{key} {_range_in_words(axes[key]) if key in axes else _values_in_words(values)}"
        for key, values in (swept.items() if isinstance(swept, dict) else ())
    )


def _values_in_words(values: Any) -> str:
    listed = values if isinstance(values, list | tuple) else [values]
    return f"∈ {{{', '.join(map(str, listed))}}}"


def _range_in_words(axis: dict[str, Any]) -> str:
    """Return an axis of a search in words: ``from 10⁻⁵ to 0.01, by orders of magnitude``."""
    if "choices" in axis:
        return _values_in_words(axis["choices"])
    whole = ", whole numbers" if axis.get("kind") == "int" else ""
    log = ", by orders of magnitude" if axis.get("log") else ""
    low, high = (level_label(float(axis[end])) for end in ("low", "high"))
    return f"from {low} to {high}{whole}{log}"


def _datasets(trials: pd.DataFrame) -> str:
    if "dataset" not in trials or "data_source" not in trials:
        return _values(trials, "dataset")
    pairs = trials[["dataset", "data_source"]].astype(object).dropna().drop_duplicates()
    return ", ".join(f"{name} ({source})" for name, source in pairs.itertuples(index=False))


def _durations(sweep: dict[str, Any], grid: Grid) -> str:
    durations = []
    if isinstance(elapsed := sweep.get("elapsed"), (int, float)):
        durations.append(f"{duration(elapsed)} elapsed")
    seconds = grid.rows["seconds"].dropna()
    if len(seconds):
        durations.append(
            f"{duration(float(seconds.sum()))} of trials "
            f"(median {duration(float(seconds.median()))} a trial)"
        )
    return ", ".join(durations)


def _commit(trials: pd.DataFrame) -> str:
    commits = _values(trials, "env.git_commit")
    dirty = "True" in _distinct(trials, "env.git_dirty")
    return f"{commits}{', with uncommitted changes' if dirty else ''}" if commits else ""


def _environment(trials: pd.DataFrame, hardware: bool) -> str:
    names = [c.removeprefix("env.") for c in trials.columns if c.startswith("env.")]
    selected_names = [n for n in names if n not in ELSEWHERE and (n in HARDWARE) is hardware]
    values_by_name = {name: _values(trials, f"env.{name}") for name in selected_names}
    return "; ".join(f"{name} {values}" for name, values in values_by_name.items() if values)


def _values(trials: pd.DataFrame, column: str) -> str:
    distinct = _distinct(trials, column)
    more = len(distinct) - MOST_VALUES
    return ", ".join(distinct[:MOST_VALUES]) + (f" and {more} more" if more > 0 else "")


def _distinct(trials: pd.DataFrame, column: str) -> list[str]:
    return sorted({str(v) for v in trials[column].dropna().unique()}) if column in trials else []
