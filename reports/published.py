"""What a paper has published about a search space: its statements, its setting, its source."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "published"


@dataclass(frozen=True)
class Statement:
    """A sentence of the paper and the test that decides it.

    Attributes:
        test: name of the test, see :mod:`reports.claims`.
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
    """

    source: str
    data: str
    metrics: tuple[str, ...]
    rows: dict[str, list[float]]


def printed(space: str) -> Printed | None:
    """Return the published numbers behind a search space; None if none are kept here."""
    for path in sorted((FOLDER / "tables").glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if data := content["spaces"].get(space):
            rows = content["data"][data]
            return Printed(content["source"], data, tuple(content["metrics"]), rows)
    return None


def published(space: str) -> Published | None:
    """Return what is published about a search space; None if nothing is kept here."""
    for path in sorted(FOLDER.glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if content["space"] == space:
            statements = tuple(Statement(**entry) for entry in content.pop("statements"))
            return Published(statements=statements, **content)
    return None
