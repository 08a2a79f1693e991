"""What a leaderboard says of one entry: its standing, its rating, and how its trials ended."""

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from reports.stats.estimates import Estimate

NONE = Estimate(np.nan, np.nan, np.nan, 0)


@dataclass(frozen=True)
class Standing:
    """One entry in one metric on one dataset.

    Attributes:
        mean: over seeds that ended well, with its 95 % interval.
        iqm: the interquartile mean likewise.
        rank: among the entries that are ranked, with its interval; ``NONE`` for a reference.
        tied: whether another entry has the same rank.
        leads: whether it is bold; see ``leaders``.
    """

    mean: Estimate
    iqm: Estimate
    rank: Estimate
    tied: bool
    leads: bool


@dataclass(frozen=True)
class Overall:
    """One entry in one metric over all datasets.

    Attributes:
        elo: its rating, with its interval; the anchor's is 1000.
        improvability: by how much it could be better, in [0, 1], with its interval.
        rank: mean of its ranks on the datasets that it is on; NaN where it is on none.
        n: number of these datasets.
    """

    elo: Estimate
    improvability: Estimate
    rank: float
    n: int


@dataclass(frozen=True)
class Endings:
    """How an entry's trials ended: their number, and that of each that did not end well."""

    planned: int
    ok: int
    diverged: int
    failed: int
    missing: int

    @property
    def said(self) -> Markup:
        """``10``, or ``9/10`` and below it ``1 diverged``."""
        lost = [("diverged", self.diverged), ("failed", self.failed), ("missing", self.missing)]
        named = ", ".join(f"{n} {what}" for what, n in lost if n)
        if not named:
            return Markup("{}").format(self.ok)
        return Markup("{}/{} <small>{}</small>").format(self.ok, self.planned, named)
