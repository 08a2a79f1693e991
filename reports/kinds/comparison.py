"""The comparison report: several methods on one dataset, on every metric that they share."""

from collections.abc import Sequence
from functools import cache

from markupsafe import Markup

from harness.results import Results
from reports.analysis.families import families
from reports.analysis.group_comparisons import compare_all, leading_pairs
from reports.claims.forms import Findings, stated_pairs
from reports.claims.published import published
from reports.claims.variants import variants_tested
from reports.figures.curves import draw_at
from reports.figures.scores import draw_scores
from reports.kinds.shared.header import header
from reports.kinds.shared.numbers import Numbers
from reports.kinds.shared.printed_table import printed_table
from reports.kinds.shared.reading import reading
from reports.kinds.shared.score_tables import differences_table, metrics_table
from reports.kinds.shared.sizes import size_note, sizes
from reports.kinds.shared.tables import cells_table, comparisons_table, trials_table
from reports.layout.curves import read_curves
from reports.layout.design import design_of
from reports.layout.grid import Grid, lay_out
from reports.layout.profiles import Profile, profiles
from reports.layout.scores import all_scores, baseline, is_reference
from reports.page.page import Page, Part, Section
from reports.pictures.gallery import MADE, SAMPLES, gallery
from reports.pictures.latent_walks import walks
from reports.pictures.sections import exchanges


def page(results: Results) -> Page:
    """Compare several methods, each dataset by itself, on every metric that they share.

    After Detlefsen and Hauberg 2019, supplement, Figures 2 to 7; for any sweep over methods.
    """
    numbers = numbers_of(results)
    grid, group_profiles, base = numbers.grid, numbers.profiles, numbers.base
    scores, compared = numbers.scores, numbers.families
    publication = published(str(results.sweep.get("space") or ""))
    family = compared.get(grid.outcome.name)
    pairs = compare_all(grid, group_profiles, family)
    result: list[Part] = [reading(grid, group_profiles, pairs)]
    if scores:
        result += [
            draw_scores(scores, numbers.shown),
            metrics_table(scores, compared, numbers.shown, grid.group_name),
        ]
        if base and len(grid.groups) > 1:
            result += [t for t in [differences_table(scores, compared, base)] if t.n_rows]
        others = [pair for pair in pairs if base not in (pair.a, pair.b)]
        if family and others:
            result.append(comparisons_table(grid, others, family))
    sections = [Section("Result", result)]
    if scores and publication and publication.printed:
        note = f"The published data are {publication.used}; see the header for what was used here."
        note = f"{note} {size_note(publication, results, scores)}".strip()
        values = sizes(publication, results)
        parts: list[Part] = [printed_table(publication, scores, note, values=values)]
        if publication.statements:
            by_name = {score.outcome.name: score for score in scores}
            smoke = results.smoke
            findings = Findings(design_of(results), by_name, compared, smoke=smoke)
            parts.append(variants_tested(publication, findings))
        sections.append(Section("What was published", parts))
    sections += _pictures(results, grid, group_profiles)
    whole = lay_out(results)
    if whole.counts["planned"]:
        tables: Sequence[Part] = [cells_table(whole, profiles(whole)), trials_table(whole, results)]
        sections.append(Section("Every cell and every trial", tables, folded=True))
    title = str(results.sweep.get("title") or "Comparison of methods")
    source = str(results.sweep.get("source") or "")
    return Page(title, source, header(results, whole), sections)


def numbers_of(results: Results) -> Numbers:
    """Return what is compared: groups at their best level of the axis, in every metric."""
    whole = lay_out(results)
    references = tuple(filter(is_reference, whole.groups))
    methods = [group for group in whole.groups if group not in references]
    grid = whole.only(methods) if references and methods else whole
    group_profiles = profiles(grid)
    scores = all_scores(results)
    stated = stated_pairs(published(str(results.sweep.get("space") or "")))
    stated.setdefault(grid.outcome.name, []).extend(leading_pairs(grid, group_profiles))
    base = baseline(grid.groups) if grid.groups else None
    compared = families(scores, base, stated)
    return Numbers(grid, group_profiles, scores, compared, base, references if methods else ())


def _pictures(results: Results, grid: Grid, group_profiles: dict[str, Profile]) -> list[Section]:
    """Return the sections of learning curves, of images, and of walks."""
    artifact = cache(results.artifact)  # each figure asks for the same trials
    sections = []
    curves = read_curves(results.curves, grid.outcome)
    best = [profile.best for profile in group_profiles.values() if profile.best]
    if curves.recorded and best:
        figure = draw_at(grid, curves, best[0].level, "")
        sections.append(Section(f"Learning curves: {curves.label}", [figure]))
    if images := gallery(artifact, grid, group_profiles, (*MADE, SAMPLES)):
        sections.append(Section("Reconstructions and samples", [images]))
    sections += exchanges(artifact, grid, group_profiles)
    if walked := walks(artifact, grid, group_profiles):
        note = Markup("<p>Each row moves along one latent dimension.</p>")
        sections.append(Section("Walks through the latent space", [note, *walked]))
    return sections
