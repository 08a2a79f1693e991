"""A paper's statements about an ablation, its variants or its factors, tested on the results."""

from collections.abc import Sequence

from reports.claims.forms import comparisons
from reports.claims.published import Published, Statement
from reports.claims.table import Tested, tested_table
from reports.claims.verdict import ALPHA, Against, sign_of
from reports.layout.constraints import Checked
from reports.layout.design import Design
from reports.layout.outcome import plain
from reports.layout.scores import Scores
from reports.page.tables import Table
from reports.page.text import name_of, p_value, words
from reports.stats.estimates import holm


def variants_tested(
    publication: Published, design: Design, scores: Sequence[Scores], checked: Checked
) -> Table:
    """Return one row a statement: the words, whether they hold here, and what decides."""
    tested = [
        Tested(
            statement.quote,
            statement.where,
            _definition(statement, scores),
            _outcomes(statement, publication, design, scores, checked),
        )
        for statement in publication.statements
        if not statement.test
    ]
    caption = (
        f"Statements of {publication.source}, and whether they hold in this run: shown where a "
        f"paired t-test over seeds has p < {ALPHA:.2f}, adjusted by Holm's method within the "
        "statement. Every part of a statement must be shown; if the opposite of one is, it does "
        "not hold."
    )
    if any(statement.rising or statement.falling for statement in publication.statements):
        caption += (
            " Of a trend the test is a permutation test of ρ, Spearman's rank correlation of level "
            "and value within each seed and setting of all other factors, averaged over these "
            "series; its 95 % interval is a bootstrap's over them."
        )
    return tested_table(tested, caption)


def _outcomes(
    statement: Statement,
    publication: Published,
    design: Design,
    scores: Sequence[Scores],
    checked: Checked,
) -> list[Against]:
    if statement.of_levels and design.grid.factors != (publication.factor,):
        varied = ", ".join(design.grid.factors) or "nothing"
        return [
            Against(
                0, f"The statement is about {publication.factor} alone; this run varies {varied}."
            )
        ]
    by_name = {score.outcome.name: score for score in scores}
    parts = comparisons(statement, publication, design, by_name, checked)
    testable_parts = [each for each in parts if not isinstance(each, str)]
    adjusted = holm([each.difference.p for each in testable_parts])
    decided = [
        Against(
            sign_of(each.difference, float(p)),
            f"{each.in_words}: {each.numbers}, n = {each.difference.n}, Holm {p_value(float(p))}",
        )
        for each, p in zip(testable_parts, adjusted, strict=True)
    ]
    return [*decided, *(Against(0, each) for each in parts if isinstance(each, str))]


def _definition(statement: Statement, scores: Sequence[Scores]) -> str:
    """Say in words what is tested, metrics by their labels."""
    labels = {score.outcome.name: score.outcome.label for score in scores}

    def label(metric: str) -> str:
        return labels.get(metric, plain(metric))

    parts = [
        f"{words(variants)} {verb}{'s' if len(variants) == 1 else ''} the constraint on {label(m)}"
        for verb, stated in (("keep", statement.met), ("break", statement.broken))
        for m, variants in stated.items()
    ]
    parts += [
        f"{label(m)} rises: {' < '.join(', '.join(tier) for tier in tiers)}"
        for m, tiers in statement.ascending.items()
    ]
    parts += [
        f"{label(one)} of {variant} exceeds its {label(other)}"
        for variant, (one, other) in statement.exceeds.items()
    ]
    parts += [
        f"{label(m)} {verb} with {words([name_of(key) for key in keys])}, all else being equal"
        for verb, stated in (("rises", statement.rising), ("falls", statement.falling))
        for m, keys in stated.items()
    ]
    parts += [f"{label(m)} orders the levels as printed" for m in statement.ranked]
    return f"{'; '.join(parts)}."
