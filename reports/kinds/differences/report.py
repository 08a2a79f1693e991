"""The report on differences: a statement, two settings, each switch between them, what it takes.

For any method whose published statement did not come out: the statement, the settings and the
measure are declared in ``reports/published/differences``; the trials may be of several run
directories.
"""

from dataclasses import replace

from markupsafe import Markup

from harness.errors import UserError
from harness.results import Results
from reports.claims.differing import OWN, Differing, declared, differing
from reports.claims.switches import lay_out_switches
from reports.claims.switching import Inquiry, inquire
from reports.kinds.differences.figure import draw_margins
from reports.kinds.differences.tables import (
    beside_table,
    effects_table,
    sets_table,
    settings_table,
    survivors_table,
)
from reports.kinds.differences.words import conclusion, definition
from reports.kinds.shared.by_dataset import datasets_of
from reports.kinds.shared.header import header
from reports.layout.grid import lay_out
from reports.page.page import Page, Part, Section
from reports.page.text import words


def page(results: Results) -> Page:
    """Say under which switches a published statement holds, and what each switch does to it.

    Raises:
        UserError: nothing is declared about the run's search space, or its trials lie nowhere
            between the two settings.
    """
    statements = _declared(results)
    inquiries = [inquire(lay_out_switches(results, of), of) for of in statements]
    of = statements[0]
    if not any(len(inquiry.switched.rows) for inquiry in inquiries):
        raise UserError(
            f"No trial on {words(datasets_of(results))} of {results.location} lies between the "
            f"two settings of {', '.join(of.spaces)}: draw run directories of these search spaces "
            "alone, or another kind."
        )
    sections = [
        section
        for place, inquiry in enumerate(inquiries, 1)
        for section in _sections(inquiry, place if len(inquiries) > 1 else 0)
    ]
    sections.insert(1, Section("The two settings", [settings_table(of), _not_tried(of)]))
    for inquiry in inquiries:
        if inquiry.differing.measure.along:
            sections.append(Section("Who survives where", [survivors_table(inquiry)]))
    title = str(results.sweep.get("title") or "Where we and the paper differ")
    return Page(title, of.source, header(results, lay_out(results)), sections)


def _sections(inquiry: Inquiry, place: int) -> list[Section]:
    """Return what is said of a statement; of several it is the ``place``-th, of one the 0th."""
    smoke = inquiry.switched.told.get("scale.name") == "smoke"
    tag, name = (f" {place}", f"-{place}") if place else ("", "")
    metric = inquiry.switched.labels[inquiry.differing.measure.metric]
    sets = sets_table(inquiry, smoke=smoke)
    found: list[Part] = [conclusion(inquiry, smoke=smoke), replace(sets, name=f"sets{name}")]
    if figure := draw_margins(inquiry, f"margins{name}"):
        found.append(figure)
    if inquiry.differing.measure.beside:
        found.append(replace(beside_table(inquiry), name=f"beside{name}"))
    effects: Part = Markup("<p>No switch was tried both on and off.</p>")
    if inquiry.effects:
        effects = replace(effects_table(inquiry), name=f"effects{name}")
    of = f" on statement{tag}" if place else ""
    return [
        Section(
            f"Statement{tag}, by the {metric}" if place else "The statement", [_statement(inquiry)]
        ),
        Section(f"What came out{of}", found),
        Section(f"The effect of each switch{of}", [effects]),
    ]


def _declared(results: Results) -> list[Differing]:
    space = str(results.sweep.get("space") or "")
    if found := differing(space):
        return found
    known = ", ".join(name for found in declared().values() for name in found[0].spaces)
    raise UserError(
        "Nothing is declared of how a paper and "
        f"{f'the search space {space}' if space else 'this sweep'} differ, which the report "
        f"'differences' is about. Search spaces with it: {known}. A declaration of yours is a "
        f"file {OWN}/NAME.yaml below the working directory; docs/differences.md says what it holds."
    )


def _statement(inquiry: Inquiry) -> Markup:
    of = inquiry.differing
    quote = Markup("<blockquote><p>“{}”</p></blockquote>\n<p>{}.</p>\n<p>{}</p>")
    note = Markup("\n<p>{}</p>").format(of.note) if of.note else ""
    return quote.format(of.quote, of.where, definition(inquiry)) + note


def _not_tried(of: Differing) -> Markup:
    if not of.not_tried:
        return Markup("<p>No further difference is known.</p>")
    items = Markup("").join(Markup("<li>{}</li>").format(each) for each in of.not_tried)
    return Markup("<p>Further differences, which no switch here is for:</p>\n<ul>{}</ul>").format(
        items
    )
