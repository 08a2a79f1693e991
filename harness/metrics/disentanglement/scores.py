"""What a function of arrays returns: numbers by name, and the reason where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

Rng = np.random.Generator | np.random.RandomState
"""Where random numbers come from; NumPy's generators, the older kind too."""


class Scores(dict[str, float]):
    """Scores by name: floats, of which those that cannot be computed are NaN and have a reason.

    Attributes:
        reasons: why a score is NaN, or not there, by its name; every NaN has one.
    """

    def __init__(
        self, values: Mapping[str, float], reasons: Mapping[str, str] | None = None
    ) -> None:
        super().__init__({name: float(value) for name, value in values.items()})
        self.reasons = dict(reasons or {})

    @property
    def known(self) -> Scores:
        """The scores that are numbers, with the reasons of the others."""
        numbers = {name: value for name, value in self.items() if name not in self.reasons}
        return Scores(numbers, self.reasons)

    def add(self, others: Scores) -> None:
        """Take other scores and their reasons in."""
        self.update(others)
        self.reasons.update(others.reasons)

    @property
    def why_not(self) -> str | None:
        """The reasons as one text, ``infom: ...; infoc: ...``; None where there are none."""
        return "; ".join(f"{name}: {why}" for name, why in self.reasons.items()) or None


def unscored(names: Iterable[str], reason: str) -> Scores:
    """Return scores none of which can be computed, for one reason."""
    named = tuple(names)
    return Scores(dict.fromkeys(named, np.nan), dict.fromkeys(named, reason))
