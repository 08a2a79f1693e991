"""How a hyperparameter says what it is: its symbol, its source, and whether it can vary in a stack.

A method's hyperparameters are one frozen dataclass. Each field is annotated with its range
(``annotated_types``: ``Gt``, ``Ge``, ``Le``, ``Interval``; or ``Literal`` for names) and one of:

``Value``
    a number that reaches the objective as an argument (beta, lr, loss weights). Trials that differ
    only in values share one graph and can be stacked with ``torch.func.vmap``.
``Structure``
    what changes the graph (d, widths, the transformation) and is fixed at construction.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, get_type_hints


@dataclass(frozen=True)
class Info:
    """What is told of a hyperparameter: its symbol in the paper, its meaning, and its source."""

    symbol: str
    meaning: str
    source: str


@dataclass(frozen=True)
class Value(Info):
    """A number passed to the objective at every step."""


@dataclass(frozen=True)
class Structure(Info):
    """A choice fixed when the networks are built."""


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


def values_of(hyperparameters: Any) -> dict[str, float]:
    """Return the ``Value`` fields of an instance as floats, by name."""
    described = describe(type(hyperparameters))
    return {
        name: float(getattr(hyperparameters, name))
        for name, info in described.items()
        if isinstance(info, Value)
    }
