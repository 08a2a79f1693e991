"""Tests of published statements on training stability: ELBO, learning rates, speed, roughness."""

from collections.abc import Callable

import numpy as np

from reports.claims.verdict import Against, Evidence, Test
from reports.layout.curves import epochs_to_climb, roughness
from reports.layout.profiles import Cell, Profile
from reports.page.text import interval, level_label, number, p_value
from reports.stats.estimates import (
    ALPHA,
    LEAST_SEEDS,
    Estimate,
    Floats,
    holm,
    paired_difference,
    proportion_difference,
    proportion_interval,
    shown_sign,
)

MUCH_HIGHER = 10.0
"""The factor from which on a learning rate is much higher: one step of the paper's grid."""
CLIMB = 0.95
"""The part of the climb after which a learning curve counts as converged."""


def tighter_bound(evidence: Evidence) -> list[Against]:
    """Compare final values, each group at its best level, paired by seed."""
    subject, outcomes = evidence.subject, []
    for rival in evidence.rivals:
        if subject.best is None or rival.best is None:
            lacking = subject.group if subject.best is None else rival.group
            outcomes.append(
                _against(rival, 0, f"{lacking} has no rate at which all seeds finished")
            )
            continue
        rates = f"{level_label(subject.best.level)} against {level_label(rival.best.level)}"
        compared = evidence.family.of(subject.group, rival.group)
        numbers = (
            f"{interval(compared.difference, 'nats', signed=True)} (learning rates {rates}), "
            f"n = {compared.difference.n}, Holm {p_value(compared.adjusted)}"
        )
        outcomes.append(_against(rival, compared.sign, numbers))
    return outcomes


def higher_rates(evidence: Evidence) -> list[Against]:
    """Compare the largest levels up to which nothing diverged."""
    return [_reaches_higher(evidence.subject, rival) for rival in evidence.rivals]


def _reaches_higher(subject: Profile, rival: Profile) -> Against:
    numbers = f"stable up to {_at_limit(subject)} against {_at_limit(rival)}"
    below, above = sorted((subject.limit or 0, rival.limit or 0))
    if below == above:
        return _against(rival, -1 if _diverges(subject) and _diverges(rival) else 0, numbers)
    between = [[c for c in p.cells if below < c.level <= above] for p in (subject, rival)]
    ours, theirs = map(_divergence, between)
    seeds = min(max((cell.ended for cell in cells), default=0) for cells in between)
    gap = proportion_difference(theirs, ours)
    sign = 0
    if seeds >= LEAST_SEEDS and (gap.low > 0 or gap.high < 0):
        much = above >= MUCH_HIGHER * below * (1 - 1e-9)
        sign = -1 if gap.value < 0 else int(much)
    numbers += (
        f"; at the rates in between {_fraction(ours)} against {_fraction(theirs)} trials diverged "
        f"(difference of shares {interval(gap, signed=True)})"
    )
    return _against(rival, sign, numbers)


def faster_convergence(evidence: Evidence) -> list[Against]:
    """Compare the epochs until ``CLIMB`` of the common climb is made, paired by seed."""

    def epochs(own: Floats, other: Floats) -> tuple[float, float]:
        return epochs_to_climb(evidence.curves.epochs, own, other, CLIMB)

    return [
        _against(rival, sign, summary)
        for rival, sign, summary in _ratios(evidence, epochs, "its epochs")
    ]


def steadier_training(evidence: Evidence) -> list[Against]:
    """Compare the roughness of the learning curves, paired by seed, and the divergence rates."""

    def jumps(own: Floats, other: Floats) -> tuple[float, float]:
        return roughness(evidence.curves.epochs, own), roughness(evidence.curves.epochs, other)

    ours, outcomes = evidence.subject, []
    for rival, sign, summary in _ratios(evidence, jumps, "its roughness"):
        more_diverge = ours.diverged.value > rival.diverged.value
        numbers = (
            f"{summary}; diverged {_fraction(ours.diverged)} against {_fraction(rival.diverged)}; "
            f"standard deviation over seeds {_spread(ours, evidence.level)} against "
            f"{_spread(rival, evidence.level)}"
        )
        outcomes.append(_against(rival, 0 if sign > 0 and more_diverge else sign, numbers))
    return outcomes


TESTS = {
    "tighter_bound": Test(
        "Final test ELBO, each parametrization at the learning rate with its highest mean among "
        "those at which every seed finished, paired by seed, as in the table of pairs. Holds if "
        "the difference to every rival is positive with Holm-adjusted "
        f"p < {ALPHA:.2f} (paired t-test); does not hold if one is negative with the same; "
        "undecided otherwise.",
        tighter_bound,
    ),
    "higher_rates": Test(
        "Largest learning rate up to which every trial finished. Holds if it is at least "
        f"{MUCH_HIGHER:g} times every rival's and, at the rates in between, Newcombe's 95 % "
        "interval of the difference in divergence rates excludes 0; does not hold if a rival "
        "diverges at the same rate or, with such an interval, at a higher one; undecided "
        "otherwise, also where neither diverges within the sweep.",
        higher_rates,
    ),
    "faster_convergence": Test(
        f"Epochs until the test ELBO has made {100 * CLIMB:.0f} % of the climb that both curves "
        "complete (from the lower start to the lower end), as a ratio of subject to rival, paired "
        f"by seed. Holds if the ratio to every rival is below 1 with Holm-adjusted p < {ALPHA:.2f} "
        "(paired t-test of its logarithm); does not hold if one is above 1 with the same; "
        "undecided otherwise, also below 10 evaluations.",
        faster_convergence,
    ),
    "steadier_training": Test(
        "Roughness of the test ELBO's curve in the second half of training (root mean square of "
        "second differences over √6: the noise between evaluations), as a ratio of subject to "
        f"rival, paired by seed. Holds if the ratio to every rival is below 1 with Holm-adjusted "
        f"p < {ALPHA:.2f} and, over the whole sweep, no larger share of the subject's trials "
        "diverged; does not hold if a ratio is above 1 with the same p; undecided otherwise, also "
        "below 5 evaluations in that half. The "
        "standard deviations over seeds of the final ELBO are given beside it.",
        steadier_training,
    ),
}


def _ratios(
    evidence: Evidence, measure: Callable[[Floats, Floats], tuple[float, float]], name: str
) -> list[tuple[Profile, int, str]]:
    """Compare a positive measure of learning curves, smaller being better.

    Returns:
        For each rival: the sign of what is shown, and in words the geometric mean of the ratios of
        subject to rival over seeds, n and the p-value.
    """
    own = _curves_by_seed(evidence, evidence.subject)
    gains = []
    for rival in evidence.rivals:
        theirs = _curves_by_seed(evidence, rival)
        pairs = np.array([measure(own[s], theirs[s]) for s in own if s in theirs]).reshape(-1, 2)
        pairs = pairs[(pairs > 0).all(axis=1)]
        gains.append(paired_difference(np.log(pairs[:, 1] / pairs[:, 0])))
    summaries = []
    for rival, gain, p in zip(evidence.rivals, gains, holm([g.p for g in gains]), strict=True):
        value, low, high = np.exp([-gain.value, -gain.high, -gain.low]).tolist()
        ratio = Estimate(value, low, high, gain.n)
        summary = f"{interval(ratio)} times {name}, n = {gain.n}, Holm {p_value(float(p))}"
        if not gain.n:
            summary = "no pair of learning curves has enough evaluations"
        summaries.append((rival, shown_sign(gain, float(p)), summary))
    return summaries


def _curves_by_seed(evidence: Evidence, profile: Profile) -> dict[float, Floats]:
    """Return the curves of the trials that finished at the level of comparison."""
    if evidence.level is None:
        return {}
    rows = evidence.grid.cell(profile.group, evidence.level).dropna(subset="value")
    curves = zip(rows["seed"], evidence.curves.of(rows["trial_id"]), strict=True)
    return {seed: curve for seed, curve in curves if np.isfinite(curve).any()}


def _divergence(cells: list[Cell]) -> Estimate:
    """Share of diverged trials among those that ended."""
    return proportion_interval(
        sum(cell.counts["diverged"] for cell in cells), sum(cell.ended for cell in cells)
    )


def _diverges(profile: Profile) -> bool:
    """Whether a group's limit is one of divergence, seen on enough trials."""
    end = profile.breaks
    return end is not None and end.counts["diverged"] > 0 and end.ended >= LEAST_SEEDS


def _against(rival: Profile, sign: int, numbers: str) -> Against:
    return Against(sign, f"against {rival.group}: {numbers}")


def _at_limit(profile: Profile) -> str:
    """Name the limit and the mean ELBO there: a finite one can be useless."""
    ends = [cell.mean.value for cell in profile.cells if cell.level == profile.limit]
    return profile.limit_label + "".join(f" (ELBO {number(value)})" for value in ends)


def _fraction(share: Estimate) -> str:
    return f"{round(share.value * share.n) if share.n else 0}/{share.n}"


def _spread(profile: Profile, level: float | None) -> str:
    return next((number(c.spread, 3) for c in profile.cells if c.level == level), "–")
