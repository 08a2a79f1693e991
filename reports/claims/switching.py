"""Under which sets of switches a statement holds, and what each switch does to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import pandas as pd

from reports.claims.differing import Differing
from reports.claims.measure import Measure
from reports.claims.switches import OnSet, Switched
from reports.page.verdicts import Verdict, from_sign
from reports.stats.estimates import ALPHA, Difference, holm, paired_difference

FEWEST_SEEDS = 5
"""With fewer seeds a set of switches is undecided."""
_TOLERANCE = 1e-9
"""Rounding of logarithms, by which a margin may miss what it is to be at least."""

BySeed: TypeAlias = "pd.Series[float]"


@dataclass(frozen=True)
class Tried:
    """One set of switches with its numbers.

    Attributes:
        on: the switches that are on.
        numbers: the measure of each seed by level; seeds whose trials have not all ended are not
            in it.
        beside: the same of the metrics beside the measure, by name.
        margins: subject minus rival, paired by seed and turned so that more is in its favour.
        adjusted: their p-values, adjusted by Holm's method for all rivals under all sets.
        sign: 1 where the statement is shown, -1 where it is shown that it misses what it needs.
    """

    on: OnSet
    numbers: Mapping[str, BySeed]
    beside: Mapping[str, Mapping[str, BySeed]]
    margins: Mapping[str, Difference]
    adjusted: Mapping[str, float]
    sign: int

    @property
    def verdict(self) -> Verdict:
        """The verdict on the statement under this set."""
        return from_sign(self.sign)

    @property
    def n(self) -> int:
        """The least number of seeds that any comparison has."""
        return min((each.n for each in self.margins.values()), default=0)

    @property
    def compared(self) -> bool:
        """Whether every rival has a seed, or one of them is enough to refute the statement."""
        return self.n > 0 or self.sign != 0

    @property
    def lacking(self) -> list[str]:
        """The levels of which no seed has ended."""
        return [level for level, numbers in self.numbers.items() if numbers.empty]


@dataclass(frozen=True)
class Effect:
    """What a switch changes, on less off, paired by seed.

    Attributes:
        switch: its name.
        base: ``ours`` where the others are off, ``released`` where they are on.
        margin: the change of the margin over the best rival.
        adjusted: its p-value, adjusted by Holm's method for all effects.
        levels: the change of each level's own number.
    """

    switch: str
    base: str
    margin: Difference
    adjusted: float
    levels: Mapping[str, Difference]


@dataclass(frozen=True)
class Inquiry:
    """A statement tested under every set of switches that was tried.

    Attributes:
        differing: the statement and the switches.
        switched: the trials.
        tried: the sets, from ours to released.
        effects: of each switch from ours, then of each from the released setting.
    """

    differing: Differing
    switched: Switched
    tried: Sequence[Tried]
    effects: Sequence[Effect]

    @cached_property
    def holding(self) -> list[Tried]:
        """The sets under which the statement holds, the smallest first."""
        return sorted((t for t in self.tried if t.sign > 0), key=lambda each: len(each.on))

    @property
    def smallest(self) -> list[Tried]:
        """The smallest of these, several if they are of one size."""
        return [each for each in self.holding if len(each.on) == len(self.holding[0].on)]

    def of(self, on: OnSet) -> Tried | None:
        """Return a set that was tried."""
        return next((each for each in self.tried if each.on == on), None)


def inquire(switched: Switched, differing: Differing) -> Inquiry:
    """Test a statement under every set of switches that was tried."""
    measure = differing.measure
    numbers = {on: _by_level(on, switched, measure) for on in switched.sets}
    margins = {on: _margins(by_level, switched, measure) for on, by_level in numbers.items()}
    adjusted = iter(holm([each.p for by_rival in margins.values() for each in by_rival.values()]))
    tried = []
    for on in switched.sets:
        p_values = {rival: float(next(adjusted)) for rival in margins[on]}
        sign = _sign(margins[on], p_values, measure)
        tried.append(
            Tried(on, numbers[on], _beside(on, switched, measure), margins[on], p_values, sign)
        )
    return Inquiry(differing, switched, tried, _effects(numbers, switched, differing))


def _by_level(on: OnSet, switched: Switched, measure: Measure) -> dict[str, BySeed]:
    """Return the measure of each level's seeds, of those that were tried along the whole factor."""
    cells = {level: switched.cell(on, level) for level in switched.levels}
    along = set[float]().union(*(cell["x"] for cell in cells.values()))
    whole = {
        level: cell[cell.groupby("seed")["x"].transform("nunique") == len(along)]
        for level, cell in cells.items()
    }
    return {level: numbers_of(cell, measure) for level, cell in whole.items()}


def _beside(on: OnSet, switched: Switched, measure: Measure) -> dict[str, dict[str, BySeed]]:
    return {
        name: {lv: numbers_of(switched.cell(on, lv), measure, name) for lv in switched.levels}
        for name in measure.beside
    }


def numbers_of(cell: pd.DataFrame, measure: Measure, of: str = "value") -> BySeed:
    """Return the measure, or a metric beside it, of a level under a set of switches, by seed."""
    by_seed = {
        seed: _reach(rows, measure) if measure.along else _value(rows, of)
        for seed, rows in cell.groupby("seed")
    }
    numbers = pd.Series(by_seed, dtype=float)
    return numbers[np.isfinite(numbers)]


def survives(rows: pd.DataFrame, measure: Measure) -> "pd.Series[bool]":
    """Say of trials whether they ended with a value beyond what is asked for at their scale."""
    beyond = rows["scale"].map(measure.beyond).astype(float)
    return (rows["status"] == "ok") & (measure.sign * (rows["value"] - beyond) > 0)


def _reach(rows: pd.DataFrame, measure: Measure) -> float:
    """Return the logarithm of how far a seed comes; NaN if not all of its trials have ended.

    Where it survives nowhere, it is a decade below the least level.
    """
    if not rows["status"].isin(["ok", "diverged"]).all():
        return np.nan
    rows = rows.sort_values("x")
    diverged = rows.loc[rows["status"] == "diverged", "x"].min()
    before = rows[survives(rows, measure) & ~(rows["x"] >= diverged)]
    least = float(rows["x"].min())
    return float(np.log10(before["x"].max() if len(before) else least / 10))


def _value(rows: pd.DataFrame, of: str) -> float:
    """Return the value of a seed's only trial."""
    ended = rows.loc[rows["status"] == "ok", of]
    return float(ended.iloc[0]) if len(ended) == len(rows) == 1 else np.nan


def _margins(
    numbers: Mapping[str, BySeed], switched: Switched, measure: Measure
) -> dict[str, Difference]:
    by_rival = _by_rival(numbers, switched, measure)
    return {rival: paired_difference(each.dropna()) for rival, each in by_rival.items()}


def _by_rival(
    numbers: Mapping[str, BySeed], switched: Switched, measure: Measure
) -> dict[str, BySeed]:
    """Return subject minus rival by seed, in the subject's favour."""
    # How far a seed comes is better the farther, whichever way its metric is better.
    sign = 1 if measure.along else measure.sign
    own = numbers[measure.subject]
    return {rival: sign * (own - numbers[rival]) for rival in switched.rivals}


def _sign(
    margins: Mapping[str, Difference], adjusted: Mapping[str, float], measure: Measure
) -> int:
    needed = measure.at_least - _TOLERANCE
    signs = []
    for rival, margin in margins.items():
        shown = margin.n >= FEWEST_SEEDS
        holds = shown and margin.value >= needed and margin.value > 0 and adjusted[rival] < ALPHA
        signs.append(int(holds) - int(shown and margin.high < needed))
    return -1 if -1 in signs else int(bool(signs) and all(sign > 0 for sign in signs))


def _effects(
    numbers: Mapping[OnSet, Mapping[str, BySeed]], switched: Switched, differing: Differing
) -> list[Effect]:
    everything, pairs = differing.everything, []
    for base in ("ours", "released"):
        for name in differing.switches:
            on = frozenset([name]) if base == "ours" else everything | {name}
            pairs.append((name, base, on, on - {name}))
    found = []
    for name, base, on, off in pairs:
        if on not in numbers or off not in numbers:
            continue
        with_, without = (
            _least(_by_rival(numbers[each], switched, differing.measure).values())
            for each in (on, off)
        )
        change = paired_difference((with_ - without).dropna())
        levels = {
            level: paired_difference((numbers[on][level] - numbers[off][level]).dropna())
            for level in switched.levels
        }
        found.append((name, base, change, levels))
    p_values = holm([change.p for _, _, change, _ in found])
    return [
        Effect(name, base, change, float(p), levels)
        for (name, base, change, levels), p in zip(found, p_values, strict=True)
    ]


def _least(margins: Iterable[BySeed]) -> BySeed:
    """Return the margin over the best rival by seed, of seeds that have all."""
    table = pd.DataFrame(dict(enumerate(margins)), dtype=float).dropna()
    return table.min(axis=1)


def best_margin(tried: Tried, inquiry: Inquiry) -> BySeed:
    """Return the margin over the best rival by seed."""
    measure = inquiry.differing.measure
    return _least(_by_rival(tried.numbers, inquiry.switched, measure).values())
