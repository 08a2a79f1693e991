"""The supervision report: error over the share of labelled images, and what else helps there."""

from collections.abc import Sequence
from functools import cache

from markupsafe import Markup

from harness.results import Results
from reports.analysis.families import families
from reports.claims.forms import Findings, stated_pairs
from reports.claims.published import published
from reports.claims.table import setting
from reports.claims.variants import variants_tested
from reports.kinds.shared.header import header
from reports.kinds.shared.printed_table import printed_table
from reports.kinds.shared.score_tables import metrics_table
from reports.kinds.shared.tables import cells_table, trials_table
from reports.kinds.supervision.figure import draw
from reports.kinds.supervision.lines import GAP, Supervision, supervised
from reports.kinds.supervision.reading import reading
from reports.kinds.supervision.tables import errors_table, gains_table
from reports.layout.design import Design, design_of
from reports.layout.profiles import profiles
from reports.layout.scores import Scores, all_scores
from reports.page.page import Page, Part, Section
from reports.pictures.gallery import MADE, gallery
from reports.pictures.sections import exchanges

MOST_SHOWN = 6
"""Most variants whose pictures are shown: those at the least and at the greatest level, three each:
with more to learn from, without, and a baseline."""


def page(results: Results) -> Page:
    """Show how errors fall with the share of labelled images, with and without more to learn from.

    After Liu et al. 2020, Figures 2, 3 and 5; for any sweep of a number and of what is switched on
    and off at each of its levels.
    """
    design, scores = design_of(results), all_scores(results, axis=False)
    curves = supervised(results)
    errors = [curve for curve in curves if not curve.outcome.name.endswith(GAP)]
    gaps = [curve for curve in curves if curve.outcome.name.endswith(GAP)]
    result: list[Part] = [reading(errors)]
    if errors and scores:
        result.append(draw(errors, "supervision"))
        for curve in errors:
            result += [t for t in (errors_table(curve), gains_table(curve)) if t is not None]
    sections = [Section("Result", result)]
    if gaps:
        note = Markup(
            "<p>By how much an error is higher in test images than in images that were trained on: "
            "what is learned by heart of few labels shows here.</p>"
        )
        sections.append(Section("Over-fitting", [note, draw(gaps, "gaps")]))
    sections += _published(results, design, scores)
    sections += _pictures(results, design, errors)
    if design.grid.counts["planned"]:
        sections += _everything(results, design, scores)
    title = str(results.sweep.get("title") or "Supervision")
    source = str(results.sweep.get("source") or "")
    return Page(title, source, header(results, design.grid), sections)


def _published(results: Results, design: Design, scores: list[Scores]) -> list[Section]:
    publication = published(str(results.sweep.get("space") or ""))
    if publication is None or not scores:
        return []
    compared = families(scores, design.baseline, stated_pairs(publication))
    by_name = {score.outcome.name: score for score in scores}
    findings = Findings(design, by_name, compared, smoke=results.smoke)
    parts: list[Part] = [variants_tested(publication, findings)]
    if publication.printed:
        note = f"Published data: {publication.used}; see the header for what was used here."
        parts.append(printed_table(publication, scores, note))
    parts.append(setting(publication.note, publication.setting))
    return [Section("What was published", parts)]


def _pictures(results: Results, design: Design, errors: Sequence[Supervision]) -> list[Section]:
    """Return pictures of the variants at the least and at the greatest level."""
    if not errors:
        return []
    along, shown = errors[0].along, list[str]()
    for place in (0, len(along.levels) - 1):
        at = design.codes[along.key] == place
        groups = dict.fromkeys(map(str, design.grid.rows.loc[at, "group"]))
        shown += list(groups)[: MOST_SHOWN // 2]
    few = design.grid.only(tuple(dict.fromkeys(shown)))
    artifact, group_profiles = cache(results.artifact), profiles(few)
    sections = exchanges(artifact, few, group_profiles)
    if images := gallery(artifact, few, group_profiles, MADE):
        sections.append(Section("Reconstructions", [images], folded=True))
    return sections


def _everything(results: Results, design: Design, scores: list[Scores]) -> list[Section]:
    grid = design.grid
    sections = []
    if scores:
        compared = families(scores, design.baseline)
        table = metrics_table(scores, compared, grid.groups, "variant")
        sections.append(Section("Every metric", [table], folded=True))
    tables: Sequence[Part] = [cells_table(grid, profiles(grid)), trials_table(grid, results)]
    return [*sections, Section("Every variant and every trial", tables, folded=True)]
