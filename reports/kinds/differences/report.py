"""The report on differences: a statement, two settings, each switch between them, what it takes.

For any method whose published statement did not come out: the statement, the settings and the
measure are declared in ``reports/published/differences``; the trials may be of several run
directories.
"""

from markupsafe import Markup

from harness.errors import UserError
from harness.results import Results
from reports.claims.differing import Differing, declared, differing
from reports.claims.switches import lay_out_switches
from reports.claims.switching import inquire
from reports.kinds.differences.figure import draw_margins
from reports.kinds.differences.tables import (
    effects_table,
    sets_table,
    settings_table,
    survivors_table,
)
from reports.kinds.differences.words import conclusion, definition
from reports.kinds.shared.header import header
from reports.layout.grid import lay_out
from reports.page.page import Page, Part, Section


def page(results: Results) -> Page:
    """Say under which switches a published statement holds, and what each switch does to it.

    Raises:
        UserError: nothing is declared about the run's search space, or its trials lie nowhere
            between the two settings.
    """
    of = _declaration(results)
    switched = lay_out_switches(results, of)
    if not len(switched.rows):
        raise UserError(
            f"No trial of {results.location} lies between the two settings of "
            f"{', '.join(of.spaces)}: run one of these search spaces, or draw another kind."
        )
    inquiry = inquire(switched, of)
    scales = sorted(set(switched.rows["scale"]))
    found: list[Part] = [
        conclusion(inquiry, smoke=results.smoke),
        sets_table(inquiry, smoke=results.smoke),
    ]
    if figure := draw_margins(inquiry):
        found.append(figure)
    effects: Part = Markup("<p>No switch was tried both on and off.</p>")
    if inquiry.effects:
        effects = effects_table(inquiry)
    sections = [
        Section("The statement", [_statement(of, scales)]),
        Section("What came out", found),
        Section("The effect of each switch", [effects]),
        Section("The two settings", [settings_table(of), _not_tried(of)]),
    ]
    if of.measure.along:
        sections.append(Section("Who survives where", [survivors_table(inquiry)], folded=True))
    title = str(results.sweep.get("title") or "Where we and the paper differ")
    return Page(title, of.source, header(results, lay_out(results)), sections)


def _declaration(results: Results) -> Differing:
    space = str(results.sweep.get("space") or "")
    if found := differing(space):
        return found
    known = ", ".join(name for each in declared().values() for name in each.spaces)
    raise UserError(
        "Nothing is declared of how a paper and "
        f"{f'the search space {space}' if space else 'this sweep'} differ, which the report "
        f"'differences' is about. Search spaces with it: {known}."
    )


def _statement(of: Differing, scales: list[str]) -> Markup:
    quote = Markup("<blockquote><p>“{}”</p></blockquote>\n<p>{}.</p>\n<p>{}</p>")
    note = Markup("\n<p>{}</p>").format(of.note) if of.note else ""
    return quote.format(of.quote, of.where, definition(of, scales)) + note


def _not_tried(of: Differing) -> Markup:
    if not of.not_tried:
        return Markup("<p>No further difference is known.</p>")
    items = Markup("").join(Markup("<li>{}</li>").format(each) for each in of.not_tried)
    return Markup("<p>Not tried, because there is no switch for it:</p>\n<ul>{}</ul>").format(items)
