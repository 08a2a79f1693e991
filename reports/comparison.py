"""The comparison report: several methods on one dataset, on every metric that they share."""

from collections.abc import Sequence
from functools import cache

from markupsafe import Markup

from harness.results import Results
from reports.comparisons import compare_all
from reports.curve_figures import draw_at
from reports.curves import read_curves
from reports.exchanges import exchanges
from reports.gallery import MADE, SAMPLES, gallery
from reports.grid import Grid, lay_out
from reports.header import header
from reports.page import Page, Part, Section
from reports.printed_table import printed_table
from reports.profiles import Profile, profiles
from reports.published import printed
from reports.reading import reading
from reports.score_figure import draw_scores
from reports.score_tables import differences_table, metrics_table
from reports.scores import all_scores, baseline
from reports.stability_tables import cells_table, trials_table
from reports.vitae_statements import statements
from reports.walks import walks


def page(results: Results) -> Page:
    """Assemble the comparison report of a run directory.

    After Detlefsen and Hauberg 2019, supplement, Figures 2 to 7; for any sweep over methods.
    """
    grid = lay_out(results)
    found = profiles(grid)
    scores = all_scores(results)
    result: list[Part] = [reading(grid, found, compare_all(grid, found))]
    if scores:
        result += [draw_scores(scores, grid.groups), metrics_table(scores, grid.groups)]
        if len(grid.groups) > 1:
            result.append(differences_table(scores, baseline(grid.groups)))
    sections = [Section("Result", result)]
    space = str(results.sweep.get("space") or "")
    if scores and (numbers := printed(space)):
        note = f"The published data are {numbers.data}; see the header for what was used here."
        said: list[Part] = [printed_table(numbers, scores, note), statements(scores, numbers)]
        sections.append(Section("What was published", said))
    sections += _pictures(results, grid, found)
    if grid.counts["planned"]:
        tables: Sequence[Part] = [cells_table(grid, found), trials_table(grid, results)]
        sections.append(Section("Every cell and every trial", tables))
    title = str(results.sweep.get("title") or "Comparison of methods")
    source = str(results.sweep.get("source") or "")
    return Page(title, source, header(results, grid, None), sections)


def _pictures(results: Results, grid: Grid, found: dict[str, Profile]) -> list[Section]:
    """Return the sections of learning curves, of images, and of walks."""
    artifact = cache(results.artifact)  # each figure asks for the same trials
    sections = []
    curves = read_curves(results.curves, grid.outcome)
    best = [profile.best for profile in found.values() if profile.best]
    if curves.recorded and best:
        drawn = draw_at(grid, curves, best[0].level, "")
        sections.append(Section(f"Learning curves: {curves.label}", [drawn]))
    if images := gallery(artifact, grid, found, (*MADE, SAMPLES)):
        sections.append(Section("Reconstructions and samples", [images]))
    sections += exchanges(artifact, grid, found)
    if walked := walks(artifact, grid, found):
        told = Markup("<p>Each row moves along one latent dimension.</p>")
        sections.append(Section("Walks through the latent space", [told, *walked]))
    return sections
