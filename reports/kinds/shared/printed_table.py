"""Published numbers beside ours, as a table."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from markupsafe import Markup

from reports.claims.published import Published
from reports.kinds.shared.score_tables import cell
from reports.layout.outcome import plain
from reports.layout.scores import Scores
from reports.page.tables import Column, Table, stacked
from reports.page.text import number
from reports.stats.estimates import Estimate

_NONE = Estimate(np.nan, np.nan, np.nan, 0)


def printed_table(
    publication: Published,
    scores: list[Scores],
    note: str,
    *,
    down: bool = False,
    values: tuple[int, int] | None = None,
) -> Table:
    """Return published numbers beside ours.

    Args:
        publication: the publication.
        scores: ours.
        note: what else is to be said of them.
        down: whether a metric is a row; else a method or variant is.
        values: how many values an image has there and here; where these differ, what is in nats
            stands there a second time, divided by them.
    """
    ours = {score.outcome.name: score for score in scores}
    columns, data = _printed_down(publication, ours) if down else _printed_across(publication, ours)
    if values and values[0] != values[1] and not down:
        more, further = _a_value(publication, ours, values)
        columns, data = columns + more, data | further
    caption = f"Published numbers beside ours. {publication.source}. {note}".strip()
    return Table("published", caption, columns, pd.DataFrame(data))


def _printed_across(
    publication: Published, ours: Mapping[str, Scores]
) -> tuple[list[Column], dict[str, object]]:
    methods, what = list(publication.printed), _row_noun(publication)
    columns = [Column(what, [_row_label(publication, method) for method in methods])]
    data: dict[str, object] = {what: methods}
    for place, metric in enumerate(publication.metrics):
        theirs = [float(publication.printed[method][place]) for method in methods]
        title = _title(metric, ours)
        name = _printed_name(publication, metric) or title
        shared = name if name == title or metric not in ours else f"{name} · {title}"
        shown = [_as_printed(publication.printed[method][place]) for method in methods]
        columns.append(Column("published", shown, theirs, shared))
        data[f"{metric}_published"] = theirs
        if metric in ours:
            means = [_mean(publication, ours, metric, method) for method in methods]
            cells = [stacked(cell(mean)) for mean in means]
            columns.append(Column("here", cells, [mean.value for mean in means], shared))
            data[f"{metric}_here"] = [mean.value for mean in means]
    return columns, data


def _a_value(
    publication: Published, ours: Mapping[str, Scores], values: tuple[int, int]
) -> tuple[list[Column], dict[str, object]]:
    """Return the columns of what is in nats, divided by the number of an image's values."""
    methods, (there, here) = list(publication.printed), values
    columns: list[Column] = []
    data: dict[str, object] = {}
    for place, metric in enumerate(publication.metrics):
        if metric not in ours or ours[metric].outcome.unit != "nats":
            continue
        theirs = [float(publication.printed[method][place]) / there for method in methods]
        mine = [_mean(publication, ours, metric, method).value / here for method in methods]
        title = f"{_title(metric, ours)}, nats a value"
        for of, numbers in (("published", theirs), ("here", mine)):
            columns.append(Column(of, [number(v) for v in numbers], numbers, title))
            data[f"{metric}_{of}_a_value"] = numbers
    return columns, data


def _printed_down(
    publication: Published, ours: Mapping[str, Scores]
) -> tuple[list[Column], dict[str, object]]:
    metrics = publication.metrics
    columns = [
        Column(
            "metric, and as what it was published",
            [_metric_title(publication, m, ours) for m in metrics],
        )
    ]
    data: dict[str, object] = {"metric": metrics}
    for method, row in publication.printed.items():
        theirs, name = [float(value) for value in row], publication.names.get(method, method)
        columns.append(Column("published", [_as_printed(v) for v in row], theirs, name))
        means = [_mean(publication, ours, metric, method) for metric in metrics]
        cells = [stacked(cell(mean)) for mean in means]
        columns.append(Column("here", cells, [mean.value for mean in means], name))
        data[f"{method}_published"], data[f"{method}_here"] = theirs, [m.value for m in means]
    return columns, data


def _row_label(publication: Published, method: str) -> str:
    return f"{method}, {publication.names[method]}" if method in publication.names else method


def _metric_title(publication: Published, metric: str, ours: Mapping[str, Scores]) -> str:
    title = _title(metric, ours)
    theirs = _printed_name(publication, metric) or title
    return title if theirs == title else Markup("{}<br><small>{}</small>").format(title, theirs)


def _printed_name(publication: Published, metric: str) -> str:
    return next((c.printed for c in publication.columns if c.metric == metric), "")


def _row_noun(publication: Published) -> str:
    """Return what a row is: a method, a variant."""
    return "method" if publication.factor == "method" and not publication.names else "variant"


def _title(metric: str, ours: Mapping[str, Scores]) -> str:
    return ours[metric].outcome.label if metric in ours else plain(metric)


def _mean(publication: Published, ours: Mapping[str, Scores], metric: str, method: str) -> Estimate:
    variant = publication.here.get(method, method)
    measured = metric in ours and variant in ours[metric].values
    return ours[metric].mean(variant) if measured else _NONE


def _as_printed(value: float) -> str:
    """Return a number as its file has it: 55.0, not 55."""
    return "–" if np.isnan(value) else f"{value:,}".replace("-", "−")
