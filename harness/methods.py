"""The methods by name; importing this is cheap, for torch comes with the first one loaded."""

import dataclasses
import functools
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from harness.errors import UserError
from harness.plugins import Plugins
from models.registry import DECLARATION_PATHS, METHOD_PATHS, check_method

if TYPE_CHECKING:
    from models.declaration import Declaration
    from models.method import Method

METHODS: "Plugins[type[Method]]" = Plugins(
    "method", "unbraid.methods", METHOD_PATHS, check_method, "my_package.MyMethod"
)
"""Every method: ours, those of other distributions, and any by its dotted path."""


def declaration(name: str) -> "type[Declaration]":
    """Return what a method declares; for one of ours that takes no torch.

    Raises:
        UserError: there is no such method, or it cannot be imported.
    """
    return _ours(name) if name in DECLARATION_PATHS else METHODS.load(name)


def supervision(name: str, configuration: Mapping[str, Any]) -> str:
    """Return what a method learns from beside images: ``none``, ``pairs``, ``partial``, ``labels``.

    ``?`` where there is no such method here. Of labels and pairs, labels are named.

    Args:
        name: the method.
        configuration: of its trials, flat; ``dataset.label_fraction`` below 1 makes labels partial.
    """
    try:
        declared = declaration(name)
    except UserError:
        return "?"
    if declared.needs:
        fraction = configuration.get("dataset.label_fraction")
        return "partial" if isinstance(fraction, int | float) and fraction < 1 else "labels"
    return "pairs" if declared.consumes == "pairs" else "none"


def hyperparameter_names(name: str) -> set[str]:
    """Return the names of a method's hyperparameters; raises as :func:`declaration` does."""
    return {field.name for field in dataclasses.fields(declaration(name).Hyperparameters)}


@functools.cache  # a plan asks for it once a trial
def _ours(name: str) -> "type[Declaration]":
    module, _, attribute = DECLARATION_PATHS[name].rpartition(".")
    declared: type[Declaration] = getattr(import_module(module), attribute)
    return declared
