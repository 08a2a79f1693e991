"""What VITAE's papers say of the methods they compare, and whether it holds here."""

from itertools import combinations

import numpy as np
import pandas as pd
from markupsafe import Markup
from scipy import stats

from reports.claims.published import Printed
from reports.layout.scores import Scores
from reports.page.tables import Column, Table
from reports.page.text import interval, number, p_value
from reports.stats.estimates import LEVEL, holm

PENALISED = ("beta_vae", "beta_tcvae", "dip_vae_ii")
"""The methods that the statement on reconstructions is about."""
RECONSTRUCTION = "mse"
RANKED = "d_score"

_MARKS = {"holds": "✓ holding", "does not hold": "✗ not holding", "not shown": "? undecided"}
_CLASSES = {"holds": "holding", "does not hold": "not", "not shown": "undecided"}


def statements(scores: list[Scores], numbers: Printed) -> Table:
    """Return one row a statement: what is said, the verdict, and the numbers that decide it."""
    by_name = {score.outcome.name: score for score in scores}
    rows = []
    if RECONSTRUCTION in by_name:
        rows.append(_worse_reconstructions(by_name[RECONSTRUCTION]))
    if RANKED in by_name and RANKED in numbers.metrics:
        rows.append(_ranking(by_name[RANKED], numbers))
    mark = Markup('<span class="verdict {}">{}</span>')
    columns = [
        Column("what is said", [said for said, _, _ in rows]),
        Column("here", [mark.format(_CLASSES[v], _MARKS[v]) for _, v, _ in rows]),
        Column("what decides", [numbers for _, _, numbers in rows]),
    ]
    data = pd.DataFrame(rows, columns=["statement", "verdict", "numbers"])
    caption = (
        "Statements of the supplement and of the main paper's poster. A difference counts if its "
        "paired t-test, adjusted by Holm's method within the statement, is significant at 5 %."
    )
    return Table("statements", caption, columns, data, interactive=False)


Row = tuple[str, str, str]


def _worse_reconstructions(score: Scores) -> Row:
    said = (
        "“the additional weight on the KL term in β-VAE, β-TCVAE and DIP-VAE-II makes the "
        "reconstructions worse” (supplement, Figure 2): the error of each exceeds the VAE's"
    )
    methods = [m for m in PENALISED if m in score.values and "vae" in score.values]
    found = [score.difference(method, "vae") for method in methods]
    adjusted = holm([difference.p for difference in found])
    verdicts = [
        "not shown" if not p < 1 - LEVEL else "holds" if d.value > 0 else "does not hold"
        for d, p in zip(found, adjusted, strict=True)
    ]
    numbers = "; ".join(
        f"{method} − vae = {interval(d, signed=True)}, n = {d.n}, {p_value(float(p))}"
        for method, d, p in zip(methods, found, adjusted, strict=True)
    )
    return said, _together(verdicts), numbers or "not run"


def _ranking(score: Scores, numbers: Printed) -> Row:
    """Test the published order: pair by pair, and as a whole by Spearman's rank correlation."""
    place = numbers.metrics.index(RANKED)
    published = {method: row[place] for method, row in numbers.rows.items()}
    methods = sorted((m for m in published if m in score.values), key=lambda m: -published[m])
    pairs = list(combinations(methods, 2))
    found = [score.difference(a, b) for a, b in pairs]
    adjusted = holm([difference.p for difference in found])
    kept = sum(d.value > 0 and p < 1 - LEVEL for d, p in zip(found, adjusted, strict=True))
    turned = [
        f"{b} > {a}"
        for (a, b), d, p in zip(pairs, found, adjusted, strict=True)
        if d.value < 0 and p < 1 - LEVEL
    ]
    said = f"Ranking by disentanglement on the poster: {' > '.join(methods)}"
    if len(methods) < 3:
        return said, "not shown", "fewer than three of its methods were run"
    per_seed = pd.DataFrame({method: score.values[method] for method in methods}).dropna()
    rhos = [
        float(stats.spearmanr(row, [published[m] for m in methods]).statistic)
        for row in per_seed.to_numpy()
    ]
    rho = number(float(np.mean(rhos)), 2) if rhos else "–"
    numbers_said = (
        f"{kept} of {len(pairs)} pairs ordered as published and significant, "
        f"{len(turned)} the other way round{': ' + ', '.join(turned) if turned else ''}; mean rank "
        f"correlation over {len(rhos)} seeds {rho}"
    )
    verdict = "does not hold" if turned else "holds" if kept == len(pairs) else "not shown"
    return said, verdict, numbers_said


def _together(verdicts: list[str]) -> str:
    if "does not hold" in verdicts:
        return "does not hold"
    return "holds" if verdicts and set(verdicts) == {"holds"} else "not shown"
