"""A metric: a function of a trained method and a dataset, and what it says of its numbers."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from harness.data.dataset import Dataset
from models.method import Method


@dataclass(frozen=True)
class MetricKey:
    """One number that a metric reports; column ``metric.<name>`` of the results.

    Attributes:
        name: the column.
        label: what it is called in a sentence, a table and a figure.
        direction: whether more or less is better; ``none`` for a number that only informs.
        unit: unit of the number; "" where it has none.
        range: its possible values, as an interval.
        oracle: what a perfect method scores.
    """

    name: str
    label: str
    direction: Literal["higher", "lower", "none"]
    unit: str
    range: str
    oracle: str


@dataclass(frozen=True)
class Metric:
    """A metric of the final evaluation; made by :func:`metric`.

    Attributes:
        name: the name in ``metrics=[...]``, less the module of a metric from outside.
        summary: first line of its docstring.
        compute: ``(method, data) -> {key: value}``, or ``(method, data, generator)`` where it
            draws random numbers. It may leave out keys that this method cannot be scored on.
        keys: the numbers it reports.
        needs: the protocol of :mod:`models.protocols` that a method must implement.
        of_factors: fields of ``Dataset`` that must name known factors of the images, such as
            ``known_appearance``.
        of_options: fields of ``DatasetOptions`` that must say something; a trial of a dataset that
            does not know such things is refused before it starts.
        of_modalities: what the dataset must give beside the images; else a trial is refused too.
    """

    name: str
    summary: str
    compute: Callable[..., dict[str, float]]
    keys: tuple[MetricKey, ...]
    needs: type[Any] = Method
    of_factors: tuple[str, ...] = ()
    of_options: tuple[str, ...] = ()
    of_modalities: tuple[str, ...] = ()

    @property
    def draws(self) -> bool:
        """Whether it draws random numbers, from a generator it is given."""
        return "generator" in inspect.signature(self.compute).parameters

    def applies_to(self, method: Method, dataset: Dataset) -> bool:
        """Return whether the method has the protocol, and the dataset knows the truth."""
        return (
            isinstance(method, self.needs)
            and all(getattr(dataset, factors) for factors in self.of_factors)
            and set(self.of_modalities) <= dataset.test.modalities.keys()
        )


def metric(
    *,
    keys: Sequence[MetricKey],
    needs: type[Any] = Method,
    of_factors: tuple[str, ...] = (),
    of_options: tuple[str, ...] = (),
    of_modalities: tuple[str, ...] = (),
) -> Callable[[Callable[..., dict[str, float]]], Metric]:
    """Make a :class:`Metric` of a function; see there for the arguments.

    Raises:
        TypeError: the function has no docstring, or reports nothing.
    """

    def make(compute: Callable[..., dict[str, float]]) -> Metric:
        summary = (inspect.getdoc(compute) or "").partition("\n")[0]
        if not (summary and keys):
            raise TypeError(f"the metric '{compute.__name__}' needs a docstring and keys")
        return Metric(
            compute.__name__,
            summary,
            compute,
            tuple(keys),
            needs,
            of_factors,
            of_options,
            of_modalities,
        )

    return make
