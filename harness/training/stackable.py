"""Which trials can be trained as one stack."""

from collections.abc import Sequence
from typing import Any

from harness.training.loop import Updater
from models.method import Method


class NotStackableError(Exception):
    """Trials cannot be trained as one stack, in words that say why."""


def require_alike(updaters: Sequence[Updater]) -> None:
    """Look whether trials differ in numbers and weights alone.

    Raises:
        NotStackableError: they do not.
    """
    if tied := _tied(updaters[0].method):
        raise NotStackableError(f"'{tied}' is a tensor that has another name, too")
    first, *others = [_shape(each) for each in updaters]
    for other in others:
        different = [name for name, value in first.items() if other[name] != value]
        if different:
            raise NotStackableError(f"they differ in {', '.join(different)}")


def _tied(method: Method) -> str:
    """Return the second name of a parameter or buffer that has two; "" if none has."""
    for of in (method.named_parameters, method.named_buffers):
        once = dict(of())
        for name, _ in of(remove_duplicate=False):
            if name not in once:
                return name
    return ""


def _shape(updater: Updater) -> dict[str, Any]:
    """Return all that stacked trials must have in common, by what it is called."""
    method = updater.method
    return {
        "method": type(method),
        "phases": method.phases(),
        "parameters": [(n, p.shape, p.dtype, p.device) for n, p in method.named_parameters()],
        "buffers": [(n, b.shape, b.dtype, b.device) for n, b in method.named_buffers()],
        "names of numbers": updater.values.keys(),
        "steps taken": updater.steps,
    }
