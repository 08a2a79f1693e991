"""A paper's statements about an ablation, its variants or its factors, tested on the results."""

from collections.abc import Iterator, Mapping

from reports.claims.comparison import Comparison
from reports.claims.forms import Findings, comparisons
from reports.claims.published import Published, Statement
from reports.claims.settings import bound_in_words, contrast_in_words
from reports.claims.table import Tested, tested_table
from reports.claims.verdict import Against
from reports.layout.outcome import plain
from reports.layout.scores import Scores
from reports.page.tables import Table
from reports.page.text import name_of, p_value, words
from reports.stats.estimates import ALPHA, holm, shown_sign


def variants_tested(publication: Published, findings: Findings) -> Table:
    """Return one row a statement: the words, whether they hold here, and what decides."""
    tested = [
        Tested(
            statement.quote,
            statement.where,
            _definition(statement, findings.scores),
            _outcomes(statement, publication, findings),
        )
        for statement in publication.statements
        if not statement.test
    ]
    caption = (
        f"Statements of {publication.source}, and whether they hold in this run: shown where a "
        f"paired t-test over seeds has p < {ALPHA:.2f}, adjusted by Holm's method: of two variants "
        "for all comparisons of the metric on this page, of anything else within the statement; a "
        "constraint's verdict is that of its own column. Every part of a statement must be shown; "
        "if the opposite of one is, it does not hold."
    )
    if any(statement.rising or statement.falling for statement in publication.statements):
        caption += (
            " Of a trend the test is a permutation test of ρ, Spearman's rank correlation of level "
            "and value within each seed and setting of all other factors, averaged over these "
            "series; its 95 % interval is a bootstrap's over them."
        )
    return tested_table(tested, caption, smoke=findings.smoke)


def _outcomes(statement: Statement, publication: Published, findings: Findings) -> list[Against]:
    factors = findings.design.grid.factors
    if statement.of_levels and factors != (publication.factor,):
        varied = ", ".join(factors) or "nothing"
        return [
            Against(
                0, f"The statement is about {publication.factor} alone; this run varies {varied}."
            )
        ]
    parts = comparisons(statement, publication, findings)
    compared = [part for part in parts if not isinstance(part, str)]
    here = [part.difference.p for part in compared if part.adjusted is None]
    within = iter(holm(here).tolist())
    decided = [_decided(part, within) for part in compared]
    return [*decided, *(Against(0, part) for part in parts if isinstance(part, str))]


def _decided(part: Comparison, within: Iterator[float]) -> Against:
    """Return what is shown of a part of a statement.

    Args:
        part: the comparison.
        within: the next p-value of those that are adjusted within the statement.
    """
    p = next(within) if part.adjusted is None else part.adjusted
    said = (
        f"{part.in_words}: {part.numbers}, n = {part.difference.n}, {part.adjustment}{p_value(p)}"
    )
    return Against(shown_sign(part.difference, p), said)


def _definition(statement: Statement, scores: Mapping[str, Scores]) -> str:
    """Say in words what is tested, metrics by their labels."""
    labels = {name: score.outcome.label for name, score in scores.items()}

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
    parts += [
        f"{contrast_in_words(label(m), contrast)}, all else being equal"
        for m, contrast in statement.above.items()
    ]
    parts += [
        f"{contrast_in_words(label(m), contrast)} at the least {name_of(contrast.along)}, and by "
        "less at the greatest"
        for m, contrast in statement.dwindling.items()
    ]
    parts += [bound_in_words(label(m), bound) for m, bound in statement.beyond.items()]
    parts += [f"{label(m)} orders the levels as printed" for m in statement.ranked]
    return f"{'; '.join(parts)}."
