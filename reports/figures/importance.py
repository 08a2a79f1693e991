"""How much of the differences each factor explains: a figure and a table."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Canvas

from reports.layout.design import Design
from reports.layout.factors import Factor
from reports.page.figure import COLOURS, WIDTH, Figure, style, wide_limits
from reports.page.svg import to_svg
from reports.page.tables import Column, Table
from reports.page.text import count, name_of, p_value
from reports.stats.anova import RESIDUAL, SEED, SHARED, Term, decompose
from reports.stats.estimates import LEVEL

NAMES = {
    SEED: "seed",
    RESIDUAL: "residual (noise, higher interactions)",
    SHARED: "not attributable",
}
"""What the terms that are no factors are called."""


def terms_of(design: Design) -> list[Term]:
    """Decompose the variance of the outcome over all trials that have a value."""
    rows = design.grid.rows
    valued = rows["value"].notna().to_numpy()
    values = rows["value"].to_numpy(dtype=float)[valued]
    factors = {f.key: design.codes[f.key].to_numpy()[valued] for f in design.factors}
    return decompose(
        np.clip(values, *wide_limits(values)), factors, rows["seed"].to_numpy()[valued]
    )


def importance_figure(design: Design, terms: list[Term]) -> Figure:
    """Draw the shares as bars, factors first, the largest on top."""
    ordered_terms = _by_share(terms)
    shares = np.array([100 * term.share for term in ordered_terms])
    with style():
        canvas = Canvas(figsize=(WIDTH, 0.6 + 0.27 * len(ordered_terms)), layout="constrained")
        axes = canvas.subplots()
        colours = [_colour(term) for term in ordered_terms]
        axes.barh(range(len(ordered_terms)), shares, 0.62, color=colours)
        for place, (term, share) in enumerate(zip(ordered_terms, shares, strict=True)):
            star = "" if not term.p < 1 - LEVEL else " *"
            axes.text(max(share, 0) + 0.8, place, f"{share:.1f} %{star}", va="center", fontsize=8.5)
        axes.set_yticks(range(len(ordered_terms)), [name(term) for term in ordered_terms])
        axes.invert_yaxis()
        axes.set_xlim(min(0, shares.min() * 1.1), max(shares.max() * 1.14, 10))
        axes.set_xlabel(f"share of the variance of test {design.grid.outcome.label} (%)")
        axes.axvline(0, color="#444444", linewidth=0.6)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        svg = to_svg(canvas, "importance")
    alt = "; ".join(f"{name(t)} {100 * t.share:.0f} %" for t in ordered_terms)
    data = pd.DataFrame(
        [
            {"term": name(t), "share": t.share, "degrees_of_freedom": t.freedom, "p": t.p}
            for t in ordered_terms
        ]
    )
    return Figure(
        "importance", svg, f"Shares of the variance: {alt}.", caption(design, terms), data
    )


def caption(design: Design, terms: list[Term]) -> str:
    """Say what the shares are, and where they must be read with care."""
    rows, outcome = design.grid.rows, design.grid.outcome
    values = rows["value"].dropna().to_numpy()
    low, high = wide_limits(values)
    sentences = [
        f"Share of the variance of test {outcome.label} over "
        f"{count(len(values), 'trial')} that each factor and each interaction of two explains "
        "(analysis of variance with seeds as blocks; sums of squares of type II: beyond all other "
        "factors). * F-test against the residual, p < 0.05, not adjusted."
    ]
    if lost := len(rows) - len(values):
        lost_trials = f"{count(lost, 'trial')} without a value {'is' if lost == 1 else 'are'}"
        sentences.append(
            f"{lost_trials} left out: what makes trials diverge is not in these shares."
        )
    if any(term.name == SHARED for term in terms):
        sentences.append(
            "Cells are unequal or missing, so factors overlap: what cannot be attributed to one of "
            "them is a bar of its own (negative where two only explain together)."
        )
    if not any(term.name == RESIDUAL and term.freedom for term in terms):
        sentences.append("No trial is left to measure noise by, so there are no tests.")
    if beyond := int(((values < low) | (values > high)).sum()):
        sentences.append(f"{count(beyond, 'far outlier')} counted as at the frame's edge.")
    return " ".join(sentences)


def name(term: Term) -> str:
    """Return the name of a term, as figures and tables write it."""
    return " × ".join(map(name_of, term.factors)) or NAMES[term.name]


def interacting(design: Design, terms: list[Term]) -> list[tuple[Factor, Factor]]:
    """Return the pairs of factors that were combined, the one that explains most first."""
    shares = {term.factors: term.share for term in terms}
    pairs = design.pairs()
    return sorted(pairs, key=lambda pair: -shares.get((pair[0].key, pair[1].key), 0.0))


def importance_table(terms: list[Term]) -> Table:
    """Return one row a term."""
    ordered_terms = _by_share(terms)
    columns = [
        Column("term", [name(term) for term in ordered_terms]),
        Column(
            "share",
            [f"{100 * t.share:.1f} %" for t in ordered_terms],
            [t.share for t in ordered_terms],
        ),
        Column(
            "degrees of freedom",
            [str(t.freedom) for t in ordered_terms],
            [t.freedom for t in ordered_terms],
        ),
        Column(
            "p",
            [p_value(t.p).removeprefix("p ").removeprefix("= ") for t in ordered_terms],
            [term.p for term in ordered_terms],
        ),
    ]
    data = pd.DataFrame(
        {
            "term": [name(term) for term in ordered_terms],
            "share": [term.share for term in ordered_terms],
            "degrees_of_freedom": [term.freedom for term in ordered_terms],
            "p": [term.p for term in ordered_terms],
        }
    )
    return Table("anova", "The same shares with their F-tests.", columns, data, interactive=False)


def _by_share(terms: list[Term]) -> list[Term]:
    """Put factors and interactions first, the largest on top, then the others as they are."""
    of_factors = sorted((t for t in terms if t.factors), key=lambda t: -t.share)
    return [*of_factors, *(t for t in terms if not t.factors)]


def _colour(term: Term) -> str:
    if not term.factors:
        return "#b5b5b5"
    return COLOURS[0] if len(term.factors) == 1 else COLOURS[5]
