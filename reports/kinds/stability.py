"""The stability report: outcome and divergence against learning rate, and learning curves."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from harness.results import Results
from reports.analysis.families import Family, make_family
from reports.analysis.group_comparisons import compare_all, leading_pairs
from reports.claims.published import Published, published
from reports.claims.table import gather, setting, statements_table
from reports.figures.curves import draw_all, draw_at
from reports.figures.stability import draw
from reports.kinds.shared.header import header
from reports.kinds.shared.reading import reading
from reports.kinds.shared.tables import cells_table, comparisons_table, groups_table, trials_table
from reports.layout.curves import Curves, read_curves
from reports.layout.grid import Grid, lay_out
from reports.layout.outcome import LOSS
from reports.layout.profiles import Profile, profiles
from reports.layout.scores import score_of
from reports.page.page import Page, Part, Section
from reports.pictures.gallery import gallery


def page(results: Results) -> Page:
    """Show outcome and divergence against the learning rate, and learning curves.

    After Detlefsen and Hauberg, supplementary material, section 3 and Figure 1; for any sweep of a
    learning rate and other factors.
    """
    grid = lay_out(results)
    publication = published(str(results.sweep.get("space", "")))
    publication = publication if publication and publication.subject else None
    group_profiles = profiles(grid)
    family = family_of(grid, group_profiles, publication.subject if publication else None)
    compared = compare_all(grid, group_profiles, family)
    curves = read_curves(results.curves, grid.outcome)
    level, why = curve_level(group_profiles, publication)

    valued = bool(grid.rows["value"].notna().any())
    stability: list[Part] = [reading(grid, group_profiles, compared)]
    if grid.counts["ok"] or grid.counts["diverged"]:
        stability += [draw(grid, group_profiles), groups_table(grid, group_profiles)]
    if valued and compared and family:
        stability.append(comparisons_table(grid, compared, family))
    sections = [Section("Result", stability)]
    if publication:
        evidence = gather(publication, grid, group_profiles, curves, level, family=family)
        sections.append(
            Section(
                "The paper's statements",
                [
                    statements_table(publication, evidence, smoke=results.smoke),
                    setting(publication.note, publication.setting),
                ],
            )
        )
    drawn_curves = curves if curves.recorded else read_curves(results.curves, LOSS, "train")
    sections.append(_curve_section(grid, drawn_curves, level, why))
    if pictures := gallery(results.artifact, grid, group_profiles):
        sections.append(Section("Reconstructions", [pictures]))
    if grid.counts["planned"]:
        tables: Sequence[Part] = [cells_table(grid, group_profiles), trials_table(grid, results)]
        sections.append(Section("Every cell and every trial", tables, folded=True))
    title = str(results.sweep.get("title") or "Stability towards the learning rate")
    return Page(title, str(results.sweep.get("source") or ""), header(results, grid), sections)


def family_of(grid: Grid, by_group: dict[str, Profile], subject: str | None) -> Family | None:
    """Return the page's comparisons in the sweep's outcome; None where no trial has a value."""
    if grid.rows["value"].isna().all():
        return None
    pairs = leading_pairs(grid, by_group)
    if subject in by_group:
        pairs += [(subject, rival) for rival in by_group if rival != subject]
    return make_family(score_of(grid), pairs)


def curve_level(
    group_profiles: dict[str, Profile], publication: Published | None
) -> tuple[float | None, str]:
    """Choose the level at which learning curves are compared, and say why.

    It is the published one where it was swept, else the smallest at which every group has a
    finished trial.
    """
    planned = {cell.level for profile in group_profiles.values() for cell in profile.cells}
    for level in planned:
        if publication and publication.curves_at and np.isclose(level, publication.curves_at):
            return level, ", as in the paper"
    valued = [{cell.level for cell in p.cells if len(cell.values)} for p in group_profiles.values()]
    shared = set.intersection(*valued) if valued else set()
    if not shared:
        return None, ""
    why = ", the smallest level at which every group has a finished trial"
    return min(shared), why if len(planned) > 1 else ""


def _curve_section(grid: Grid, curves: Curves, level: float | None, why: str) -> Section:
    """Draw the outcome along training, or the training loss where the outcome was not recorded."""
    template = Markup("<p>No test {} was recorded along training{}.</p>")
    if not curves.recorded:
        note = template.format(grid.outcome.label, ", nor a single training loss")
        return Section("Learning curves", [note])
    parts: list[Part] = []
    if curves.outcome != grid.outcome:
        parts.append(template.format(grid.outcome.label, f": the curves show the {curves.label}"))
    if level is None:
        parts.append(Markup("<p>At no level does every group have a finished trial.</p>"))
    else:
        parts.append(draw_at(grid, curves, level, why))
    parts.append(draw_all(grid, curves))
    return Section(f"Learning curves: {curves.label}", parts)
