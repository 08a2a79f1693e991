"""What papers have published about search spaces: statements, settings, printed numbers.

One format for all: a YAML file a publication in ``reports/published``, which names the spaces that
stand for its experiments.
"""

import dataclasses
import functools
from dataclasses import field
from pathlib import Path

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from reports.claims.files import read_file, read_folder

FOLDER = Path(__file__).parents[1] / "published"

_STRICT = ConfigDict(extra="forbid", frozen=True)

FORMS = (
    "test",
    "met",
    "broken",
    "ascending",
    "exceeds",
    "rising",
    "falling",
    "ranked",
    "above",
    "dwindling",
    "beyond",
)
"""The forms that what a statement says can take; all that it has must hold."""


Setting = dict[str, bool | int | float | str]
"""Levels of factors, by key."""


@dataclass(config=_STRICT)
class Contrast:
    """A metric is higher with one setting than with another, all else being equal.

    Attributes:
        more: levels of the setting with which it is higher.
        less: levels of the other.
        along: for a difference that dwindles, the factor along which it does.
    """

    more: Setting
    less: Setting
    along: str = ""


@dataclass(config=_STRICT)
class Bound:
    """A metric is above a number with a setting.

    Attributes:
        of: levels of the setting.
        than: the number.
    """

    of: Setting
    than: float


@dataclass(config=_STRICT)
class Statement:
    """A statement of the paper, split into parts that can be tested; all of them must hold.

    Attributes:
        quote: the sentence, word for word, or the order of the printed numbers.
        where: where in the paper it stands, and what of it is tested.
        test: name of a test of stability, see :mod:`reports.claims.stability`.
        met: levels of the factor that keep the constraint on a metric, by metric.
        broken: levels that break it, by metric.
        ascending: groups of levels from the lowest to the highest values of a metric, by metric;
            within a group nothing is said.
        exceeds: two metrics by level, of which the first is the higher one.
        rising: factors, by metric, along which it rises, all other factors being equal.
        falling: factors along which it falls.
        ranked: metrics by which the levels are ordered as the printed numbers are.
        above: two settings, by metric, with the first of which it is higher, all else being equal.
        dwindling: the same, where the difference is above 0 at the least level of a further factor
            and smaller at its greatest.
        beyond: a setting, by metric, with which it is above a number of ours.
    """

    quote: str
    where: str
    test: str = ""
    met: dict[str, list[str]] = field(default_factory=dict)
    broken: dict[str, list[str]] = field(default_factory=dict)
    ascending: dict[str, list[list[str]]] = field(default_factory=dict)
    exceeds: dict[str, tuple[str, str]] = field(default_factory=dict)
    rising: dict[str, list[str]] = field(default_factory=dict)
    falling: dict[str, list[str]] = field(default_factory=dict)
    ranked: list[str] = field(default_factory=list)
    above: dict[str, Contrast] = field(default_factory=dict)
    dwindling: dict[str, Contrast] = field(default_factory=dict)
    beyond: dict[str, Bound] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not any(getattr(self, form) for form in FORMS):
            raise ValueError(f"a statement needs one of {', '.join(FORMS)}")
        if not all(contrast.along for contrast in self.dwindling.values()):
            raise ValueError("what dwindles needs a factor along which it does")

    @property
    def of_levels(self) -> bool:
        """Whether it names levels of the factor, and not factors alone."""
        return bool(self.met or self.broken or self.ascending or self.exceeds or self.ranked)

    @property
    def metrics(self) -> set[str]:
        """The metrics that it names; a test of stability is about that of the publication."""
        by_metric = (
            *(self.met, self.broken, self.ascending, self.rising, self.falling),
            *(self.above, self.dwindling, self.beyond),
        )
        exceeding = {metric for pair in self.exceeds.values() for metric in pair}
        return {*self.ranked, *exceeding}.union(*by_metric)


@dataclass(config=_STRICT)
class PrintedColumn:
    """A column of printed numbers.

    Attributes:
        metric: our name of it.
        printed: what it is called there, where the name differs from ours.
    """

    metric: str
    printed: str = ""


@dataclass(config=_STRICT)
class Published:
    """A published experiment.

    Attributes:
        spaces: the data behind each search space that stands for it, a key of ``data``.
        source: the paper and the place in it.
        data: what the published data were, by key.
        dimensions: how many values an image of the published data has, by key; left out where that
            is not known.
        note: what numbers are printed there, and how they may be compared with ours.
        setting: the published setting, by name.
        factor: key of the one factor whose levels the statements and rows are about; "" for none.
        names: what a level is called there, beside its own name.
        columns: the printed numbers' columns.
        rows: the printed numbers, one a column, by data and level.
        here: the variant of ours beside which a row stands that is called otherwise.
        metric: name of the metric that tests of stability are about.
        subject: the level that these speak for.
        curves_at: learning rate of the published learning curves.
        statements: the statements.
        space: the search space it was looked up for.
    """

    spaces: dict[str, str]
    source: str
    data: dict[str, str]
    dimensions: dict[str, int] = field(default_factory=dict)
    note: str = ""
    setting: dict[str, str | float] = field(default_factory=dict)
    factor: str = ""
    names: dict[str, str] = field(default_factory=dict)
    columns: list[PrintedColumn] = field(default_factory=list)
    rows: dict[str, dict[str, list[int | float]]] = field(default_factory=dict)
    here: dict[str, str] = field(default_factory=dict)
    metric: str = ""
    subject: str = ""
    curves_at: float | None = None
    statements: list[Statement] = field(default_factory=list)
    space: str = ""

    def __post_init__(self) -> None:
        if unknown := {*self.spaces.values(), *self.rows, *self.dimensions} - {*self.data}:
            raise ValueError(f"data does not say what {', '.join(sorted(unknown))} is")
        for rows in self.rows.values():
            for level, numbers in rows.items():
                if len(numbers) != len(self.columns):
                    raise ValueError(f"rows: {level} has {len(numbers)} of {len(self.columns)}")
        if any(statement.test for statement in self.statements) and not self.subject:
            raise ValueError("tests of stability need a subject")

    @property
    def used(self) -> str:
        """The data that the paper used for the experiment that the search space stands for."""
        return self.data[self.spaces[self.space]]

    @property
    def n_values(self) -> int | None:
        """How many values an image of these data has; None if that is not known."""
        return self.dimensions.get(self.spaces[self.space])

    @property
    def printed(self) -> dict[str, list[int | float]]:
        """The numbers printed for these data, one a column, by level."""
        return self.rows.get(self.spaces[self.space], {})

    @property
    def metrics(self) -> list[str]:
        """Our names of the columns."""
        return [column.metric for column in self.columns]

    @property
    def trends(self) -> list[str]:
        """Names of the metrics that any statement says rise or fall along a factor."""
        along = (metric for s in self.statements for metric in (*s.rising, *s.falling))
        return list(dict.fromkeys(along))


def published(space: str) -> Published | None:
    """Return what is published about a search space; None if nothing is."""
    matches = (each for each in publications().values() if space in each.spaces)
    return next((dataclasses.replace(each, space=space) for each in matches), None)


@functools.cache
def publications() -> dict[str, Published]:
    """Return every publication by the name of its file.

    Raises:
        UserError: a file is not of the format; the message names it and the key.
    """
    return read_folder(FOLDER, Published)


def read(path: Path) -> Published:
    """Return the publication that a file describes.

    Raises:
        UserError: it is not of the format; the message names the file and the key.
    """
    return read_file(path, Published)
