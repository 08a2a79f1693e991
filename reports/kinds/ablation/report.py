"""The ablation report: what each swept factor does, for any search space."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from markupsafe import Markup

from harness.results import Results
from reports.analysis.families import Family, families
from reports.claims.forms import Findings, stated_pairs
from reports.claims.published import Published, published
from reports.claims.table import setting
from reports.claims.variants import variants_tested
from reports.figures.constraint import draw_constraint
from reports.figures.curves import draw_all, draw_at
from reports.figures.heat_map import heat_map
from reports.figures.importance import importance_figure, importance_table, interacting, terms_of
from reports.figures.trajectories import trajectories
from reports.kinds.ablation.effects import interactions, main_effects
from reports.kinds.ablation.reading import reading
from reports.kinds.ablation.selection import in_words, shown_variants
from reports.kinds.ablation.tables import variants_table
from reports.kinds.shared.header import header
from reports.kinds.shared.numbers import Numbers
from reports.kinds.shared.printed_table import printed_table
from reports.kinds.shared.score_tables import differences_table, metrics_table
from reports.kinds.shared.tables import cells_table, trials_table
from reports.layout.constraints import Checked, check, constraints_of
from reports.layout.curves import read_curves
from reports.layout.design import Design, design_of
from reports.layout.grid import Grid, lay_out
from reports.layout.outcome import LOSS, outcomes_of
from reports.layout.profiles import Profile, profiles
from reports.layout.scores import Scores, all_scores
from reports.page.figure import Figure
from reports.page.page import Page, Part, Section
from reports.pictures.error_distributions import draw_errors
from reports.pictures.gallery import MADE, SAMPLES, SHOWN, gallery
from reports.pictures.sections import exchanges
from reports.stats.anova import Term

MOST_COLUMNS = 6
"""With more columns than that, what was a column of a table is a row of it."""
MOST_MAPS = 3
"""Most heat maps."""


def page(results: Results) -> Page:
    """Show what each swept factor does, alone and together with others."""
    design = design_of(results)
    numbers = numbers_of(results, design)
    grid, group_profiles = numbers.grid, numbers.profiles
    scores, compared = numbers.scores, numbers.families
    score = next((s for s in scores if s.outcome.name == grid.outcome.name), None)
    checked = [(constraint, check(constraint, results)) for constraint in constraints_of(results)]
    terms = terms_of(design)
    publication = published(str(results.sweep.get("space") or ""))
    names = publication.names if publication else {}
    family = compared.get(grid.outcome.name)
    by_name = {score.outcome.name: score for score in scores}
    findings = Findings(design, by_name, compared, checked, results.smoke)

    result: list[Part] = [reading(design, score, checked, terms, family=family)]
    if grid.groups:
        result.append(variants_table(design, group_profiles, family, checked, names))
    for constraint, compliance in checked:
        if any(each.mean.n for each in compliance.values()):
            values = lay_out(results, constraint.metric, axis=False).rows[
                ["group", "seed", "value", "trial_id"]
            ]
            result.append(draw_constraint(constraint, compliance, design, values))
    sections = [
        Section("Result", result),
        *_published(publication, scores, findings),
    ]
    if score and design.factors:
        sections += _effects(design, terms)
        sections += _effects_on_others(results, design)
    variants = shown_variants(design, group_profiles)
    sections += _curves(results, grid, variants, checked, in_words(design, variants))
    sections += _pictures(results, grid.only(variants), group_profiles)
    if scores:
        sections.append(Section("Every metric", _metrics(design, scores, compared), folded=True))
    if grid.counts["planned"]:
        tables: Sequence[Part] = [cells_table(grid, group_profiles), trials_table(grid, results)]
        sections.append(Section("Every variant and every trial", tables, folded=True))
    title = str(results.sweep.get("title") or "Ablation")
    source = str(results.sweep.get("source") or "")
    sections = [_explained(section, names) for section in sections]
    return Page(title, source, header(results, grid), sections)


def numbers_of(results: Results, design: Design) -> Numbers:
    """Return what is compared: every variant of a design, in every metric."""
    scores = all_scores(results, axis=False)
    stated = stated_pairs(published(str(results.sweep.get("space") or "")))
    compared = families(scores, design.baseline, stated)
    return Numbers(design.grid, profiles(design.grid), scores, compared, design.baseline)


def _explained(section: Section, names: Mapping[str, str]) -> Section:
    """Let the first figure of a section say what its variants, known by a letter, are."""
    first = next((part for part in section.parts if isinstance(part, Figure)), None)
    if not names or first is None:
        return section
    said = "; ".join(f"{label}, {name}" for label, name in names.items())
    told = replace(first, caption=f"{first.caption} Variants: {said}.")
    return replace(section, parts=[told if part is first else part for part in section.parts])


def _published(
    publication: Published | None, scores: list[Scores], findings: Findings
) -> list[Section]:
    if publication is None or publication.subject or not scores:
        return []
    note = f"Published data: {publication.used}; see the header for what was used here."
    parts: list[Part] = [variants_tested(publication, findings)]
    if publication.printed:
        down = len(publication.metrics) > MOST_COLUMNS
        parts.append(printed_table(publication, scores, note, down=down))
    parts.append(setting(publication.note, publication.setting))
    return [Section("What was published", parts)]


def _effects(design: Design, terms: list[Term]) -> list[Section]:
    """Return the sections on single factors and on pairs of them."""
    alone: list[Part] = [main_effects(design)]
    if len(design.factors) > 1 and terms:
        alone += [importance_figure(design, terms), importance_table(terms)]
    sections = [Section("What each factor does", alone)]
    if together := _of_pairs(design, terms):
        sections.append(Section("How factors act together", together))
    return sections


def _of_pairs(design: Design, terms: list[Term]) -> list[Part]:
    """Return the heat maps and the lines of pairs of factors, if there are any."""
    pairs = interacting(design, terms)
    maps = [pair for pair in pairs if pair[0].numeric and pair[1].numeric][:MOST_MAPS]
    parts: list[Part] = [heat_map(design, pair, place) for place, pair in enumerate(maps)]
    return [*parts, interactions(design, pairs)] if pairs else []


def _effects_on_others(results: Results, design: Design) -> list[Section]:
    """Return a section for each further metric that the paper, or the search space, speaks of."""
    publication = published(str(results.sweep.get("space") or ""))
    named = {*(publication.trends if publication else ()), *results.sweep.get("effects_on", ())}
    named -= {design.grid.outcome.name}
    sections = []
    for outcome in outcomes_of(results):
        if outcome.name in named:
            other = design_of(results, outcome)
            parts: list[Part] = [main_effects(other), *_of_pairs(other, terms_of(other))]
            sections.append(Section(f"The same for {outcome.label}", parts))
    return sections


def _metrics(design: Design, scores: list[Scores], compared: Mapping[str, Family]) -> list[Part]:
    groups = design.grid.groups
    parts: list[Part] = [metrics_table(scores, compared, groups, "variant")]
    if design.baseline and len(groups) > 1:
        differences = differences_table(scores, compared, design.baseline, "variant")
        parts += [differences] if differences.n_rows else []
    return parts


def _curves(
    results: Results, grid: Grid, variants: tuple[str, ...], checked: Checked, chosen: str
) -> list[Section]:
    """Return the learning curves of the outcome, or else of the loss, and all trajectories.

    Args:
        results: the run directory.
        grid: of all variants.
        variants: those that are shown.
        checked: the sweep's constraints.
        chosen: which of many variants are shown, in words.
    """
    curves = read_curves(results.curves, grid.outcome)
    if not curves.recorded:
        curves = read_curves(results.curves, LOSS, "train")
    parts: list[Part] = []
    few = grid.only(variants)
    if len(variants) < len(grid.groups):
        parts.append(Markup("<p>{}</p>").format(chosen))
    along = lay_out(results, grid.outcome)
    if curves.recorded and len(variants) == len(grid.groups):
        parts.append(draw_at(few, curves, 0.0, ""))
    if curves.recorded and len(along.levels) > 1:
        parts.append(draw_all(along, curves))
    if figure := trajectories(few, results.curves, checked):
        parts.append(figure)
    return [Section("Along training", parts)] if parts else []


def _pictures(results: Results, grid: Grid, group_profiles: dict[str, Profile]) -> list[Section]:
    """Return the sections of reconstructions, samples, decodings of single codes, and swaps."""
    artifact = cache(results.artifact)
    selected_profiles = {group: group_profiles[group] for group in grid.groups}
    figures = [
        gallery(artifact, grid, selected_profiles, (*MADE, SAMPLES)),
        gallery(artifact, grid, selected_profiles, SHOWN, "single-codes"),
        draw_errors(results.artifact, grid),
    ]
    parts: list[Part] = [figure for figure in figures if figure]
    pictures = [Section("Pictures", parts)] if parts else []
    return pictures + exchanges(artifact, grid, selected_profiles)
