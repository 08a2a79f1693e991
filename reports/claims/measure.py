"""How it is measured whether a published statement holds between two settings."""

from dataclasses import field
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict
from pydantic.dataclasses import dataclass

from harness.spaces.axes import number_or


def level_text(value: Any) -> str:
    """Return a level as declarations and tables call it; ``8``, ``"8"`` and ``8.0`` are one."""
    number = number_or(value)
    if isinstance(number, float) and number.is_integer():
        return str(int(number))
    return str(number)


Level = Annotated[str, BeforeValidator(level_text)]


@dataclass(config=ConfigDict(extra="forbid", frozen=True))
class Measure:
    """A number of each seed whose difference, subject minus rival, says whether a statement holds.

    It is the final value of a metric, or with ``along`` how far along a factor the trials survive:
    the decimal logarithm of the largest level at which a trial ends with a value better than
    ``beyond``, below the first level at which one diverges.

    Attributes:
        factor: path of the factor whose levels are compared.
        subject: the level that the statement speaks for.
        metric: name of the metric.
        at_least: the least mean difference with which the statement holds.
        unit: of the difference.
        higher: whether more of the metric is better.
        along: path of the numeric factor; "" for the metric itself.
        beyond: the value to be exceeded, by scale, as it depends on the images.
        beyond_is: what that value is, in words.
        beyond_on: the dataset that it is of.
        rivals: the levels that the subject is compared with; every other level if none is named.
        beside: metrics that decide nothing and are shown of every set of switches.
    """

    factor: str
    subject: Level
    metric: str
    at_least: float
    unit: str = ""
    higher: bool = True
    along: str = ""
    beyond: dict[str, float] = field(default_factory=dict)
    beyond_is: str = ""
    beyond_on: str = ""
    rivals: list[Level] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if bool(self.along) != bool(self.beyond):
            raise ValueError("along and beyond go together")
        if not self.at_least >= 0:
            raise ValueError("at_least is a difference in favour of the subject: 0 or more")
        if self.subject in self.rivals:
            raise ValueError(f"{self.subject} is the subject, and no rival of itself")
        for name, listed in (("rivals", self.rivals), ("beside", self.beside)):
            if twice := sorted({each for each in listed if listed.count(each) > 1}):
                raise ValueError(f"{name} names {', '.join(twice)} twice")
        if self.beside and self.along:
            raise ValueError("beside is of one trial a seed: it goes with no factor along")
        if self.metric in self.beside:
            raise ValueError(f"{self.metric} decides: it is not beside itself")

    @property
    def sign(self) -> int:
        """1 if more of the metric is better, else -1."""
        return 1 if self.higher else -1
