"""The timing report: seconds of a pass and of a step, and their ratios to the VAE's."""

import numpy as np
import pandas as pd
from markupsafe import Markup

from harness.results import Results
from reports.analysis.families import families
from reports.claims.published import Published, published
from reports.figures.scores import draw_scores
from reports.kinds.shared.header import header
from reports.kinds.shared.score_tables import metrics_table
from reports.kinds.shared.tables import cells_table, trials_table
from reports.layout.grid import Grid, lay_out
from reports.layout.profiles import profiles
from reports.layout.scores import Scores, all_scores, baseline
from reports.page.page import Page, Part, Section
from reports.page.tables import Column, Table
from reports.page.text import interval, number
from reports.stats.estimates import Estimate, mean_interval


def page(results: Results) -> Page:
    """Give the seconds of a pass and of a step, and their ratios to the VAE's.

    After Detlefsen and Hauberg 2019, supplement, Table 5.
    """
    grid = lay_out(results)
    scores = [score for score in all_scores(results) if score.outcome.unit == "s"]
    parts: list[Part] = []
    if scores:
        publication = published(str(results.sweep.get("space") or ""))
        parts = [
            ratios_table(scores, grid, publication),
            draw_scores(scores, grid.groups),
            metrics_table(
                scores, families(scores, baseline(grid.groups)), grid.groups, grid.group_name
            ),
        ]
    else:
        parts.append(Markup("<p>No trial has been timed: use metrics=[seconds].</p>"))
    group_profiles = profiles(grid)
    sections = [
        Section("Result", parts),
        Section(
            "Every trial",
            [cells_table(grid, group_profiles), trials_table(grid, results)],
            folded=True,
        ),
    ]
    title = str(results.sweep.get("title") or "Seconds of a pass and of a step")
    source = str(results.sweep.get("source") or "")
    return Page(title, source, header(results, grid), sections)


def ratios_table(scores: list[Scores], grid: Grid, publication: Published | None) -> Table:
    """Return one row a group: its seconds over the baseline's of the same seed."""
    base = baseline(grid.groups)
    columns = [Column("method", grid.groups)]
    data: dict[str, object] = {"group": grid.groups}
    for score in scores:
        ratios = [_ratio(score, group, base) for group in grid.groups]
        title = f"{score.outcome.label} / {base}"
        columns.append(Column(title, [*map(interval, ratios)], [r.value for r in ratios]))
        data[f"{score.outcome.name}_ratio"] = [ratio.value for ratio in ratios]
        if publication:
            theirs = [_published_ratio(publication, score, group, base) for group in grid.groups]
            columns.append(Column(f"{title}, published", [number(v, 3) for v in theirs], theirs))
            data[f"{score.outcome.name}_published"] = theirs
    caption = (
        f"Seconds as multiples of those of {base}, paired by seed: mean with Student's 95 % "
        "interval. A ratio says more than seconds do where machines differ."
    )
    if publication:
        caption += f" Published: {publication.source}."
    return Table("ratios", caption, columns, pd.DataFrame(data), interactive=False)


def _ratio(score: Scores, group: str, base: str) -> Estimate:
    return mean_interval((score.values[group] / score.values[base]).dropna())


def _published_ratio(publication: Published, score: Scores, group: str, base: str) -> float:
    place = publication.metrics.index(score.outcome.name)
    if group not in publication.printed or base not in publication.printed:
        return np.nan
    return publication.printed[group][place] / publication.printed[base][place]
