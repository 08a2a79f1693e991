"""The paper's statements beside our findings, as a table."""

import pandas as pd
from markupsafe import Markup

from reports.claims import Against, Evidence, verdict
from reports.curves import Curves
from reports.grid import Grid
from reports.profiles import Profile
from reports.published import Published
from reports.stability_claims import TESTS
from reports.tables import Column, Table

_MARKS = {"holding": "✓ holding", "not holding": "✗ not holding", "undecided": "? undecided"}


def statements_table(known: Published, evidence: Evidence | str) -> Table:
    """Return one row a statement: the words, the verdict, what decided, and the test's definition.

    Args:
        known: the published statements.
        evidence: what the tests look at, or why they cannot be made.
    """
    outcomes: list[list[Against]] = [
        [Against(0, evidence)]
        if isinstance(evidence, str)
        else TESTS[statement.test].against_each(evidence)
        for statement in known.statements
    ]
    verdicts = [verdict(each) for each in outcomes]
    quote = Markup("“{}” <small>({})</small>")
    mark = Markup('<span class="verdict {}">{}</span>')
    columns = [
        Column("the paper states", [quote.format(s.quote, s.where) for s in known.statements]),
        Column("here", [mark.format(v.split()[0], _MARKS[v]) for v in verdicts]),
        Column("what decides", [_listed(each) for each in outcomes]),
        Column(
            "the test",
            [
                Markup("<small>{}</small>").format(TESTS[s.test].definition)
                for s in known.statements
            ],
        ),
    ]
    data = pd.DataFrame(
        {
            "statement": [s.quote for s in known.statements],
            "where": [s.where for s in known.statements],
            "verdict": verdicts,
            "numbers": ["; ".join(o.numbers for o in each) for each in outcomes],
            "test": [TESTS[s.test].definition for s in known.statements],
        }
    )
    caption = (
        f"Statements of {known.source}, and whether they hold in this run. Holm's adjustment is "
        "for the number of rivals."
    )
    return Table("statements", caption, columns, data, interactive=False)


def gather(
    known: Published, grid: Grid, found: dict[str, Profile], curves: Curves, level: float | None
) -> Evidence | str:
    """Return what the tests look at, or a sentence that says why they cannot be made."""
    if grid.outcome.name != known.metric:
        return f"The statement is about {known.metric}; this run reports {grid.outcome.name}."
    if grid.factors != (known.factor,):
        varied = ", ".join(grid.factors) or "nothing beside the axis"
        return f"The statement is about {known.factor} alone; this run varies {varied}."
    if known.subject not in found or len(found) < 2:
        return f"This run does not compare {known.subject} with anything."
    rivals = tuple(profile for group, profile in found.items() if group != known.subject)
    return Evidence(grid, found[known.subject], rivals, curves, level)


def setting(known: Published) -> Markup:
    """Return the published setting and what is printed of numbers, as HTML."""
    row = Markup("<dt>{}</dt><dd>{}</dd>")
    rows = Markup("\n").join(row.format(k, str(v)) for k, v in known.setting.items())
    return Markup("<p>{}</p>\n<p>The published setting:</p>\n<dl>{}</dl>").format(
        known.numbers, rows
    )


def _listed(outcomes: list[Against]) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(o.numbers) for o in outcomes)
    return Markup("<ul>{}</ul>").format(items)
