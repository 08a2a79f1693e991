"""Annotations of hyperparameters: symbol, meaning, source, and whether trials may differ in one.

A method's hyperparameters are one frozen dataclass. Each field is annotated with its range
(``annotated_types``: ``Gt``, ``Ge``, ``Le``, ``Interval``; or ``Literal`` for names) and one of:

``Value``
    a number that reaches the objective as an argument (beta, lr, loss weights). Trials that differ
    only in values share one graph and can be stacked with ``torch.func.vmap``.
``Structure``
    a choice that changes the graph (d, widths, the transformation), fixed when it is built.

Importing this is cheap: it needs no torch.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

AtScale = Mapping[str, Mapping[str, Any]]
"""Default values of some hyperparameters at a scale (``smoke``, ``small``), by its name."""


@dataclass(frozen=True)
class Info:
    """Description of a hyperparameter: its symbol in the paper, its meaning, and its source."""

    symbol: str
    meaning: str
    source: str


@dataclass(frozen=True)
class Value(Info):
    """Description of a number that is passed to the objective at every step."""


@dataclass(frozen=True)
class Structure(Info):
    """Description of a choice that is fixed when the networks are built.

    Attributes:
        initial: whether it decides the initial weights alone.
    """

    initial: bool = False


@dataclass(frozen=True)
class Added:
    """Note on a field that earlier versions lacked, with the value that they had in effect.

    Run directories of theirs go on with that value, under the ids that their trials have.
    """

    before: Any


def before_added(fields: type[Any]) -> dict[str, Any]:
    """Return, by name, what fields of a dataclass stood for before they were :class:`Added`."""
    hints = get_type_hints(fields, include_extras=True)
    return {
        field.name: note.before
        for field in dataclasses.fields(fields)
        for note in getattr(hints[field.name], "__metadata__", ())
        if isinstance(note, Added)
    }


def describe(hyperparameters: type[Any]) -> dict[str, Info]:
    """Return the ``Value`` or ``Structure`` of each field of a hyperparameter dataclass.

    Raises:
        TypeError: a field is annotated with neither.
    """
    hints = get_type_hints(hyperparameters, include_extras=True)
    described = {}
    for field in dataclasses.fields(hyperparameters):
        notes = [m for m in getattr(hints[field.name], "__metadata__", ()) if isinstance(m, Info)]
        if not notes:
            raise TypeError(
                f"{hyperparameters.__name__}.{field.name} needs a Value(...) or Structure(...) "
                "in its Annotated type"
            )
        described[field.name] = notes[0]
    return described


def as_kept(hyperparameters: Any) -> Any:
    """Return the hyperparameters that a kept model is built with, as it has weights of its own.

    What decides initial weights alone has its default: a file may not be there any more.
    """
    described = describe(type(hyperparameters))
    initial = {
        field.name: field.default
        for field in dataclasses.fields(hyperparameters)
        if isinstance(info := described[field.name], Structure) and info.initial
    }
    return dataclasses.replace(hyperparameters, **initial)


def values_of(hyperparameters: Any) -> dict[str, float]:
    """Return the ``Value`` fields of an instance as floats, by name; none for one that is None."""
    described = describe(type(hyperparameters))
    return {
        name: float(value)
        for name, info in described.items()
        if isinstance(info, Value) and (value := getattr(hyperparameters, name)) is not None
    }


def with_scale_defaults(at_scale: AtScale, **values: Any) -> AtScale:
    """Return defaults at each scale, with further values that hold at all of these scales."""
    return {scale: {**defaults, **values} for scale, defaults in at_scale.items()}
