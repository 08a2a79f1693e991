"""A metric: a function that scores a trained method on a dataset, and what its scores mean."""

from __future__ import annotations

import inspect
import numbers
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from harness.metrics.disentanglement.scores import Scores
from models.protocols import EncodesKnown

if TYPE_CHECKING:
    from harness.data.dataset import Dataset
    from models.method import Method


@dataclass(frozen=True)
class MetricKey:
    """One number that a metric reports; column ``metric.<name>`` of the results.

    Attributes:
        name: the column.
        label: its name in sentences, tables and figures.
        direction: whether higher or lower is better; ``none`` where neither is.
        unit: unit of the number; "" where it has none.
        range: its possible values, as an interval.
        oracle: the score of a perfect method.
    """

    name: str
    label: str
    direction: Literal["higher", "lower", "none"]
    unit: str
    range: str
    oracle: str


_FACTORS = {
    "known_appearance": "appearance factors",
    "known_pose": "pose factors",
    "known_factors": "factors",
    "known_identity": "identities",
    "known_frame": "frames",
    "known_camera": "cameras",
    "known_keypoints": "keypoints",
    "known_latents": "generating latents",
    "known_canonical_pose": "canonical poses",
    "known_view": "viewpoints in all combinations with them",
    "known_unit": "lengths in mm",
    "known_attributes": "attributes that are there or not",
    "known_wanted": "attributes of a memory (dataset.memory=NAME)",
    "identity_factor": "identities",
    "frame_factor": "frames",
    "camera_factor": "cameras",
    "crosses_views": "viewpoints in all combinations with them",
}
"""What the fields are called that a metric may need of a dataset."""


def in_words(field: str) -> str:
    """Return what a field of a dataset that metrics may need is called."""
    return _FACTORS.get(field, field)


@dataclass(frozen=True)
class Metric:
    """A metric of the final evaluation; made by :func:`metric`.

    Attributes:
        name: name of the function; ``metrics=[...]`` names one from outside by its dotted path.
        summary: first line of its docstring.
        compute: ``(method, data) -> {key: value}``, or ``(method, data, generator)`` where it
            draws random numbers. It may leave out keys that this method cannot be scored on, or say
            why in :class:`harness.metrics.disentanglement.scores.Scores`.
        keys: the numbers it reports.
        needs: the protocol of :mod:`models.protocols` that a method must implement; others are not
            scored. ``object`` is every method.
        of_factors: fields of ``Dataset``, such as ``known_appearance``, that must not be empty;
            where one is, for want of labels, the method is not scored.
        of_options: fields of ``DatasetOptions`` that must not be empty; a trial on a dataset where
            one is empty is refused before it starts.
        of_modalities: modalities that the dataset must have; a trial on another is refused too.
        of_codes: whether it takes codes by :func:`harness.metrics.codes.encoding.encode_images`
            alone, so that references which see no image are scored too.
    """

    name: str
    summary: str
    compute: Callable[..., dict[str, float]]
    keys: tuple[MetricKey, ...]
    needs: type[Any] = object
    of_factors: tuple[str, ...] = ()
    of_options: tuple[str, ...] = ()
    of_modalities: tuple[str, ...] = ()
    of_codes: bool = False

    @property
    def takes(self) -> str:
        """What it is scored on, in words: ``a method with Encodes, a dataset with identities``."""
        parts = []
        if self.needs is not object:
            parts.append(f"a method with {self.needs.__name__} (models/protocols.py)")
        known = [_FACTORS.get(name, name) for name in self.of_factors]
        known += [_FACTORS.get(name, name) for name in self.of_options] + [*self.of_modalities]
        if known:
            parts.append(f"a dataset with {' and '.join(dict.fromkeys(known))}")
        return ", ".join(parts) or "any method and dataset"

    @property
    def draws(self) -> bool:
        """Whether it draws random numbers, and so takes a generator."""
        return "generator" in inspect.signature(self.compute).parameters

    def scores(self, *arguments: Any) -> Scores:
        """Return what :attr:`compute` returns for these arguments, checked.

        Keys that have a reason for not being computed are left out; the reasons stay.

        Raises:
            TypeError: something that is no number.
            ValueError: a number that is not declared.
        """
        known = [key.name for key in self.keys]
        values: dict[str, Any] = self.compute(*arguments)
        for name, value in values.items():
            if name not in known:
                raise ValueError(
                    f"the metric '{self.name}' returned '{name}'; it declares {', '.join(known)}"
                )
            if not isinstance(value, numbers.Real):
                raise TypeError(
                    f"the metric '{self.name}' returned {value!r} for '{name}': it must be a float"
                )
        return Scores(values, getattr(values, "reasons", None)).known

    def can_score(self, method: type[Method]) -> bool:
        """Return whether methods of this class have the protocol that it needs."""
        return issubclass(method, self.needs) or (
            self.of_codes and issubclass(method, EncodesKnown)
        )

    def applies_to(self, method: Method, dataset: Dataset) -> bool:
        """Return whether the method has the protocol, and the dataset the labels, that it needs."""
        return (
            self.can_score(type(method))
            and all(getattr(dataset, factors) for factors in self.of_factors)
            and set(self.of_modalities) <= dataset.test.modalities.keys()
        )


def metric(
    *,
    keys: Sequence[MetricKey],
    needs: type[Any] = object,
    of_factors: tuple[str, ...] = (),
    of_options: tuple[str, ...] = (),
    of_modalities: tuple[str, ...] = (),
    of_codes: bool = False,
) -> Callable[[Callable[..., dict[str, float]]], Metric]:
    """Turn a function into a :class:`Metric`, whose attributes explain the arguments.

    Raises:
        TypeError: the function has no docstring, or declares no keys.
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
            of_codes,
        )

    return make
