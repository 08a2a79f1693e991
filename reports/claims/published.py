"""What a paper has published about a search space: its statements, its setting, its source."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[1] / "published"


@dataclass(frozen=True)
class Statement:
    """A sentence of the paper and the test that decides it.

    Attributes:
        test: name of the test, see :mod:`reports.claims.verdict`.
        quote: the sentence, word for word.
        where: where in the paper it stands.
    """

    test: str
    quote: str
    where: str


@dataclass(frozen=True)
class Published:
    """What is known of the published experiment behind one search space.

    Attributes:
        space: name of the search space.
        source: the paper and the place in it.
        numbers: what numbers are printed there.
        data: ``dataset`` and ``source`` of the published experiment.
        setting: the published setting, by name.
        metric: name of the metric the statements are about.
        factor: key of the factor the statements are about.
        subject: the level of that factor they speak for.
        curves_at: learning rate of the published learning curves.
        statements: the statements.
    """

    space: str
    source: str
    numbers: str
    data: dict[str, str]
    metric: str
    factor: str
    subject: str
    curves_at: float
    statements: tuple[Statement, ...]
    setting: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Printed:
    """Numbers that are printed somewhere, for one dataset.

    Attributes:
        source: where they are printed, and what is known of them.
        data: name of the published dataset.
        metrics: names of the columns.
        rows: the numbers of each method, one a metric.
        printed_as: what a metric is called there, where the name differs from ours.
        names: what a row is called there, beside its own name.
        what: what a row is: a method, a variant.
    """

    source: str
    data: str
    metrics: tuple[str, ...]
    rows: dict[str, list[float]]
    printed_as: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    what: str = "method"


@dataclass(frozen=True)
class VariantStatement:
    """A sentence about variants, taken apart into what can be tested; all of it must hold.

    Attributes:
        quote: the sentence, word for word, or the order of the printed numbers.
        where: where in the paper it stands, and what of it is tested.
        met: variants that keep the constraint on a metric, by metric.
        broken: variants that break it, by metric.
        ascending: groups of variants from the lowest to the highest values of a metric, by metric;
            within a group nothing is said.
        exceeds: two metrics by variant, of which the first is the higher one.
        rising: factors, by metric, along which it rises, all other factors being equal.
        falling: factors along which it falls.
    """

    quote: str
    where: str
    met: dict[str, list[str]] = field(default_factory=dict)
    broken: dict[str, list[str]] = field(default_factory=dict)
    ascending: dict[str, list[list[str]]] = field(default_factory=dict)
    exceeds: dict[str, list[str]] = field(default_factory=dict)
    rising: dict[str, list[str]] = field(default_factory=dict)
    falling: dict[str, list[str]] = field(default_factory=dict)

    @property
    def trends(self) -> tuple[str, ...]:
        """Names of the metrics that it says rise or fall along a factor."""
        return tuple(dict.fromkeys([*self.rising, *self.falling]))

    @property
    def of_variants(self) -> bool:
        """Whether it names variants, and not factors alone."""
        return bool(self.met or self.broken or self.ascending or self.exceeds)


@dataclass(frozen=True)
class PublishedAblation:
    """What is known of a published ablation.

    Attributes:
        printed: the printed numbers; without rows where there is only a figure.
        note: how they may be compared with ours.
        setting: the published setting, by name.
        factor: key of the one factor whose levels the variants are; "" if none is named.
        statements: the statements.
    """

    printed: Printed
    note: str
    setting: dict[str, Any]
    factor: str
    statements: tuple[VariantStatement, ...]

    @property
    def trends(self) -> tuple[str, ...]:
        """Names of the metrics that any statement says rise or fall along a factor."""
        return tuple(dict.fromkeys(name for each in self.statements for name in each.trends))


def published_ablation(space: str) -> PublishedAblation | None:
    """Return what is published about the ablation of a search space; None if nothing is kept."""
    for content in _of_kind("ablation"):
        if content["space"] != space:
            continue
        columns = content.get("columns", [])
        numbers = Printed(
            content["source"],
            content["data"],
            tuple(column["metric"] for column in columns),
            content.get("rows", {}),
            {column["metric"]: column["printed"] for column in columns},
            content.get("names", {}),
            "variant",
        )
        statements = tuple(VariantStatement(**entry) for entry in content["statements"])
        return PublishedAblation(
            numbers, content["note"], content["setting"], content.get("factor", ""), statements
        )
    return None


def printed(space: str) -> Printed | None:
    """Return the published numbers behind a search space; None if none are kept here."""
    for content in _of_kind("table"):
        if data := content["spaces"].get(space):
            rows = content["data"][data]
            return Printed(content["source"], data, tuple(content["metrics"]), rows)
    return None


def published(space: str) -> Published | None:
    """Return what is published about a search space; None if nothing is kept here."""
    for content in _of_kind("stability"):
        if content["space"] == space:
            statements = tuple(Statement(**entry) for entry in content.pop("statements"))
            return Published(statements=statements, **content)
    return None


def _of_kind(kind: str) -> Iterator[dict[str, Any]]:
    """Yield the content of the files of one kind, in the order of their names."""
    for path in sorted(FOLDER.glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if content.pop("kind") == kind:
            yield content
