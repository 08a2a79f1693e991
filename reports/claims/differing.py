"""Published statements that did not come out here: two settings, and the switches between them.

A YAML file in ``reports/published/differences`` declares a statement, ours and the released setting
switch by switch, and how it is measured whether the statement holds under a set of switches.
"""

import functools
from dataclasses import field
from pathlib import Path
from typing import Any

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from reports.claims.files import read_file, read_folder

FOLDER = Path(__file__).parents[1] / "published" / "differences"

_STRICT = ConfigDict(extra="forbid", frozen=True)

Values = dict[str, Any]
"""Values of a configuration, by path: ``method.inverse`` -> ``released``."""


@dataclass(config=_STRICT)
class Switch:
    """One thing in which two settings differ.

    Attributes:
        says: what it is, in words.
        source: where the released setting was read.
        ours: values with which it is off.
        released: values of the same paths with which it is on.
    """

    says: str
    source: str
    ours: Values
    released: Values

    def __post_init__(self) -> None:
        if not self.released or self.ours.keys() != self.released.keys():
            raise ValueError("ours and released need values of the same paths")
        if same := [path for path, value in self.ours.items() if value == self.released[path]]:
            raise ValueError(f"{', '.join(same)} has one value in both settings")


@dataclass(config=_STRICT)
class Measure:
    """A number of each seed whose difference, subject minus rival, says whether a statement holds.

    It is the final value of a metric, or with ``along`` how far along a factor the trials survive:
    the decimal logarithm of the largest level at which a trial ends with a value better than
    ``beyond``, below the first level at which one diverges.

    Attributes:
        factor: path of the factor whose levels are compared.
        subject: the level that the statement speaks for; every other level is a rival.
        metric: name of the metric.
        at_least: the least mean difference with which the statement holds.
        unit: of the difference.
        higher: whether more of the metric is better.
        along: path of the numeric factor; "" for the metric itself.
        beyond: the value to be exceeded, by scale, as it depends on the images.
        beyond_is: what that value is, in words.
    """

    factor: str
    subject: str
    metric: str
    at_least: float
    unit: str = ""
    higher: bool = True
    along: str = ""
    beyond: dict[str, float] = field(default_factory=dict)
    beyond_is: str = ""

    def __post_init__(self) -> None:
        if bool(self.along) != bool(self.beyond):
            raise ValueError("along and beyond go together")
        if self.at_least < 0:
            raise ValueError("at_least is a difference in favour of the subject: 0 or more")

    @property
    def sign(self) -> int:
        """1 if more of the metric is better, else -1."""
        return 1 if self.higher else -1


@dataclass(config=_STRICT)
class Differing:
    """A published statement, two settings and what tells them apart.

    Attributes:
        spaces: the search spaces whose trials lie between the two settings.
        source: the paper and the place in it.
        quote: the statement, word for word.
        where: where it stands, and what of it is measured.
        code: the released code.
        switches: what differs, by name.
        measure: what decides.
        alike: what both settings have here, and either had there, by name.
        not_tried: further differences without a switch, in words.
        note: what else is to be said.
    """

    spaces: list[str]
    source: str
    quote: str
    where: str
    code: str
    switches: dict[str, Switch]
    measure: Measure
    alike: dict[str, str] = field(default_factory=dict)
    not_tried: list[str] = field(default_factory=list)
    note: str = ""

    def __post_init__(self) -> None:
        paths = [path for switch in self.switches.values() for path in switch.ours]
        if twice := {path for path in paths if paths.count(path) > 1}:
            raise ValueError(f"two switches set {', '.join(sorted(twice))}")
        if fixed := {self.measure.factor, self.measure.along} & {*paths}:
            raise ValueError(f"{', '.join(fixed)} is a factor of the measure, and no switch")

    @property
    def everything(self) -> frozenset[str]:
        """The set of all switches: the released setting."""
        return frozenset(self.switches)

    def label(self, on: frozenset[str]) -> str:
        """Return what a set of switches is called: ``ours + a``, ``released − b``."""
        more = [name for name in self.switches if name in on]
        less = [name for name in self.switches if name not in on]
        if len(more) <= len(less):
            return " + ".join(["ours", *more])
        return " − ".join(["released", *less])


def differing(space: str) -> Differing | None:
    """Return what is declared about a search space; None if nothing is."""
    return next((each for each in declared().values() if space in each.spaces), None)


@functools.cache
def declared() -> dict[str, Differing]:
    """Return every declaration by the name of its file.

    Raises:
        ValueError: a file is not of the format; the message names it and the key.
    """
    return read_folder(FOLDER, Differing)


def read(path: Path) -> Differing:
    """Return what a file declares.

    Raises:
        ValueError: it is not of the format; the message names the file and the key.
    """
    return read_file(path, Differing)
