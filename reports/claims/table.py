"""The paper's statements beside our findings, as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from reports.analysis.families import Family
from reports.claims.published import Published
from reports.claims.stability import TESTS
from reports.claims.verdict import Against, Evidence, verdict
from reports.layout.curves import Curves
from reports.layout.grid import Grid
from reports.layout.profiles import Profile
from reports.page.tables import Column, Table
from reports.page.verdicts import mark

NOT_TESTED = "not tested at this scale"
"""In the place of a verdict on a statement, where a run only shows that everything runs."""


@dataclass(frozen=True)
class Tested:
    """A published statement with its test and the outcomes of it.

    Attributes:
        quote: the sentence.
        where: where it stands.
        definition: the test, in words.
        outcomes: what the test group_profiles, one a comparison.
    """

    quote: str
    where: str
    definition: str
    outcomes: Sequence[Against]


def statements_table(
    publication: Published, evidence: Evidence | str, *, smoke: bool = False
) -> Table:
    """Return one row a statement on stability.

    Args:
        publication: the published statements.
        evidence: what the tests look at, or why they cannot be made.
        smoke: the run only shows that everything runs.
    """
    tested = [
        Tested(
            statement.quote,
            statement.where,
            TESTS[statement.test].definition,
            [Against(0, evidence)]
            if isinstance(evidence, str)
            else TESTS[statement.test].against_each(evidence),
        )
        for statement in publication.statements
    ]
    caption = (
        f"Statements of {publication.source}, and whether they hold in this run. Holm's adjustment "
        "is that of the table of pairs for final values, and for the number of rivals where "
        "learning curves are compared."
    )
    return tested_table(tested, caption, smoke=smoke)


def tested_table(tested: Sequence[Tested], caption: str, *, smoke: bool) -> Table:
    """Return one row a statement: the words, the verdict, what decided, and the test.

    Args:
        tested: the statements.
        caption: of the table.
        smoke: the run only shows that everything runs, so that it tests no statement.
    """
    verdicts = [NOT_TESTED if smoke else verdict(each.outcomes) for each in tested]
    marks = [NOT_TESTED if smoke else mark(verdict(each.outcomes)) for each in tested]
    quote = Markup("“{}” <small>({})</small>")
    small = Markup("<small>{}</small>")
    columns = [
        Column("the paper states", [quote.format(each.quote, each.where) for each in tested]),
        Column("here", marks),
        Column("what decides", [_bullet_list(each.outcomes) for each in tested]),
        Column("the test", [small.format(each.definition) for each in tested]),
    ]
    data = pd.DataFrame(
        {
            "statement": [each.quote for each in tested],
            "where": [each.where for each in tested],
            "verdict": verdicts,
            "numbers": ["; ".join(o.numbers for o in each.outcomes) for each in tested],
            "test": [each.definition for each in tested],
        }
    )
    return Table("statements", caption, columns, data, interactive=False)


def gather(
    publication: Published,
    grid: Grid,
    group_profiles: dict[str, Profile],
    curves: Curves,
    level: float | None,
    *,
    family: Family | None,
) -> Evidence | str:
    """Return the evidence for a publication's tests, or why this run cannot be tested."""
    if grid.outcome.name != publication.metric:
        return f"The statement is about {publication.metric}; this run reports {grid.outcome.name}."
    if grid.factors != (publication.factor,):
        varied = ", ".join(grid.factors) or "nothing beside the axis"
        return f"The statement is about {publication.factor} alone; this run varies {varied}."
    if publication.subject not in group_profiles or len(group_profiles) < 2 or family is None:
        return f"This run does not compare {publication.subject} with anything."
    rivals = tuple(
        profile for group, profile in group_profiles.items() if group != publication.subject
    )
    return Evidence(grid, group_profiles[publication.subject], rivals, curves, level, family)


def setting(numbers: str, published: Mapping[str, object]) -> Markup:
    """Return the note on the printed numbers and the published setting, as HTML."""
    row = Markup("<dt>{}</dt><dd>{}</dd>")
    rows = Markup("\n").join(row.format(k, str(v)) for k, v in published.items())
    return Markup("<p>{}</p>\n<p>The published setting:</p>\n<dl>{}</dl>").format(numbers, rows)


def _bullet_list(outcomes: Sequence[Against]) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(o.numbers) for o in outcomes)
    return Markup("<ul>{}</ul>").format(items)
