"""The tuning report: the best configuration of a search, and the hyperparameters that matter."""

from collections.abc import Sequence

from markupsafe import Markup

from harness.results import Results
from reports.kinds.shared.header import header
from reports.kinds.shared.tables import trials_table
from reports.kinds.tuning.curves import draw_curves
from reports.kinds.tuning.figures import figures
from reports.kinds.tuning.front import draw_fronts
from reports.kinds.tuning.reading import caution, commands, headline, setting
from reports.kinds.tuning.search import Configuration, Search, read_search
from reports.kinds.tuning.study import front, rebuild
from reports.kinds.tuning.tables import beside_default_table, configurations_table, front_table
from reports.layout.curves import read_curves
from reports.layout.grid import lay_out
from reports.layout.outcome import LOSS
from reports.page.page import Page, Part, Section


def page(results: Results) -> Page:
    """Name the best configuration of a search and the hyperparameters that matter.

    A grid can be read as a search, too.
    """
    search = read_search(results)
    grid = lay_out(results, search.objectives[0])
    study = rebuild(search)
    best, label = _emphasised_configurations(search, front(search, study))
    result: list[Part] = [setting(search)]
    for objective in search.objectives:
        result += headline(search, objective)
    if beside := beside_default_table(search):
        result.append(beside)
    if best and len(search.valued) > 1:
        result.append(caution(search))
    if len(search.objectives) > 1:
        result += draw_fronts(search, study)
        result += [front_table(search, best)] if best else []
    elif best:
        result += commands(search, best[0])
    sections = [Section("Result", result)]
    for place, objective in enumerate(search.objectives):
        parts = figures(search, study, place)
        sections.append(Section(f"What matters for test {objective.label}", parts))
    sections.append(_curves(results, search, best, label))
    if search.configurations:
        tables: Sequence[Part] = [configurations_table(search), trials_table(grid, results)]
        sections.append(Section("Every configuration and every trial", tables, folded=True))
    title = str(results.sweep.get("title") or "Tuning")
    source = str(results.sweep.get("source") or "")
    return Page(title, source, header(results, grid), sections)


def _emphasised_configurations(
    search: Search, fronted: list[Configuration]
) -> tuple[list[Configuration], str]:
    """Return what is emphasised: the best configuration, or the front of several objectives."""
    if len(search.objectives) > 1:
        return fronted, "Pareto front"
    best = search.best(search.objectives[0])
    return ([best], f"best (number {best.number})") if best else ([], "")


def _curves(results: Results, search: Search, best: list[Configuration], label: str) -> Section:
    """Draw the first objective along training, else the training loss."""
    objective = search.objectives[0]
    curves = read_curves(results.curves, objective)
    parts: list[Part] = []
    if not curves.recorded:
        curves = read_curves(results.curves, LOSS, "train")
        note = Markup("<p>No test {} was recorded along training{}.</p>")
        instead = f": the curves show the {curves.label}" if curves.recorded else ", nor a loss"
        parts = [note.format(objective.label, instead)]
    if curves.recorded:
        parts.append(draw_curves(search, curves, best, label))
    return Section("Learning curves", parts)
