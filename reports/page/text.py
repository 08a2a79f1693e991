"""How reports write numbers, intervals, levels of a factor and lists of words."""

import math
from collections.abc import Sequence

from harness.durations import count as count  # noqa: PLC0414 - the pages take it from here
from harness.durations import duration
from reports.stats.estimates import Estimate

NAMES = {
    "method.lr": "learning rate",
    "method.transform": "parametrization",
    "method.epsilon": "ε",
    "method.beta": "β",
    "method.d_u": "d_u",
    "method.b_gamma": "b_γ",
    "method.mu": "μ",
    "method.lambda_od": "λ_od",
    "method.lambda_d": "λ_d",
    "method.gamma0": "γ_0",
    "method.gamma": "γ",
    "method.gamma_max": "γ_max",
    "method.l_gamma": "l_γ",
    "method.sigma2": "σ²",
    "method.beta_x": "β_x",
    "method.beta_y": "β_y",
    "method.w_vae_x": "weight of L_VAEx",
    "method.w_vae_y": "weight of L_VAEy",
    "method.w_cross": "weight of L_cross",
    "method.w_sup": "weight of L_sup",
    "method.w_x": "weight of x",
    "method.w_y": "weight of y",
    "method.d_t": "d_t",
    "method.d_s": "d_s",
    "method.m_max": "m_max",
    "method.use_targets": "unpaired targets",
    "dataset.label_fraction": "share of labels",
}
"""What a factor is called in a sentence, where its key is not a word."""

ROUNDING = 1e-6
"""Seeds that differ by no more than this share differ by the order of a sum."""

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def name_of(key: str) -> str:
    """Return what a factor is called in a sentence: ``method.lr`` -> ``learning rate``."""
    return NAMES.get(key, key.rpartition(".")[2].replace("_", " "))


def number(value: float, significant: int = 4, signed: bool = False) -> str:
    """Return a number to so many significant digits, with a true minus sign; ``–`` for NaN."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value and not 1e-4 <= abs(value) < 1e7:
        return f"{value:{'+' if signed else ''}.{significant - 1}e}".replace("-", "−")
    decimals = significant - 1 - math.floor(math.log10(abs(value))) if value else 0
    return _fixed(value, max(0, decimals), signed)


def interval(estimate: Estimate, unit: str = "", signed: bool = False) -> str:
    """Return ``value [low, high] unit``, rounded to two digits of the interval's half-width.

    An interval within a millionth of the value is of rounding errors, and is left out.
    """
    half = (estimate.high - estimate.low) / 2
    suffix = f" {unit}" if unit else ""
    if not (math.isfinite(half) and half > ROUNDING * abs(estimate.value)):
        return number(estimate.value, significant=3, signed=signed) + suffix
    decimals = min(max(0, 1 - math.floor(math.log10(half))), 6)
    low, value, high = (
        _fixed(v, decimals, signed) for v in (estimate.low, estimate.value, estimate.high)
    )
    return f"{value} [{low}, {high}]{suffix}"


def share(estimate: Estimate) -> str:
    """Return a proportion as ``k/n = 25 % [9 %, 53 %]``."""
    if not estimate.n:
        return "0/0"
    low, value, high = (f"{100 * v:.0f} %" for v in (estimate.low, estimate.value, estimate.high))
    return f"{round(estimate.value * estimate.n)}/{estimate.n} = {value} [{low}, {high}]"


def of_trial(trial: str, seed: float, value: float | None = None) -> str:
    """Return what a mark's tooltip says: ``trial 3f2a, seed 0: −139.2``."""
    said = f"trial {trial}, seed {seed:g}"
    return said if value is None else f"{said}: {number(value)}"


def p_value(p: float) -> str:
    """Return ``p = 0.012``, or ``p < 0.001`` where it is smaller."""
    if math.isnan(p):
        return "p –"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def bare_p(p: float) -> str:
    """Return a p-value as a column headed p has it: ``0.036``, ``< 0.001``."""
    return p_value(p).removeprefix("p ").removeprefix("= ")


def level_label(value: float) -> str:
    """Return one level of a numeric factor: ``10⁻⁴``, ``3 × 10⁻⁴``, ``0.25``, ``16``."""
    if math.isnan(value):
        return "–"
    if value <= 0:
        return f"{value:g}".replace("-", "−")
    exponent = math.floor(math.log10(value) + 1e-9)
    mantissa = value / 10.0**exponent
    power = f"10{str(exponent).translate(_SUPERSCRIPTS)}"
    if math.isclose(mantissa, 1) and not 0 <= exponent <= 2:
        return power
    if -2 <= exponent <= 4:
        return f"{value:g}"
    return f"{mantissa:.3g} × {power}"


def words(items: Sequence[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def durations(seconds: Sequence[float]) -> list[str]:
    """Return the durations of one column, all to one precision: that of the longest."""
    longest = max((s for s in seconds if not math.isnan(s)), default=0.0)
    decimals = 2 if longest < 9.995 else 1 if longest < 59.95 else 0
    return [f"{s:.{decimals}f} s" if s < 59.95 else duration(s) for s in seconds]


def article(noun: str) -> str:
    """Return ``a loss``, ``an error``, ``an ELBO``, ``an MSE``: acronyms are spelt out."""
    vowels = "AEFHILMNORSX" if noun.partition(" ")[0].isupper() else "aeiou"
    return f"{'an' if noun[0] in vowels else 'a'} {noun}"


def _fixed(value: float, decimals: int, signed: bool) -> str:
    text = f"{value:{'+' if signed else ''},.{decimals}f}"
    if not text.strip("+-0.,"):
        text = text.lstrip("+-")
    return text.replace("-", "−")
