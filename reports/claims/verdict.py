"""A paper's statements, each tested on the results: holds, does not hold, or undecided.

A statement speaks for one group (the subject) against every other (the rivals). It holds if it is
shown against each rival, and does not hold if the opposite is shown against any.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.analysis.families import Family
from reports.layout.curves import Curves
from reports.layout.grid import Grid
from reports.layout.profiles import Profile
from reports.page.verdicts import Verdict, from_sign


@dataclass(frozen=True)
class Evidence:
    """The results on which the tests of a publication are made.

    Attributes:
        grid: the sweep.
        subject: profile of the group the statements speak for.
        rivals: profiles of all other groups.
        curves: learning curves of the reported metric on the test split.
        level: the level at which learning curves are compared; None without a common one.
        family: the page's comparisons of final values.
    """

    grid: Grid
    subject: Profile
    rivals: tuple[Profile, ...]
    curves: Curves
    level: float | None
    family: Family


@dataclass(frozen=True)
class Against:
    """The outcome of a test against one rival group, or of one comparison.

    Attributes:
        sign: 1 if the statement is shown, -1 if its opposite is, 0 if neither.
        numbers: the numbers that decided, in words.
    """

    sign: int
    numbers: str


@dataclass(frozen=True)
class Test:
    """How a statement is decided: in words, and in code that returns one outcome a rival."""

    __test__ = False  # its name must not make pytest collect it

    definition: str
    against_each: Callable[[Evidence], list[Against]]


def verdict(outcomes: Sequence[Against]) -> Verdict:
    """Combine the outcomes against the rivals."""
    signs = [outcome.sign for outcome in outcomes]
    return from_sign(-1 if -1 in signs else int(bool(signs) and all(sign > 0 for sign in signs)))
