"""The methods by name; importing this is cheap, for torch comes with the first one loaded."""

import dataclasses
import functools
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from harness.errors import UserError
from harness.plugins import Plugins
from models.declaration import SUPERVISION
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


def declared_supervision(names: Iterable[str]) -> dict[str, str]:
    """Return what methods say that they learn from beside images, for a run directory to keep.

    Raises:
        UserError: as :func:`declaration`.
    """
    return {name: declaration(name).supervision for name in dict.fromkeys(names)}


def supervision(
    name: str, configuration: Mapping[str, Any], kept: Mapping[str, str] | None = None
) -> str:
    """Return what a method learns from beside images: ``none``, ``pairs``, ``partial``, ``labels``.

    It is what the method says (``unbraid list methods NAME``); ``?`` where there is no such method
    here, and no run directory says it.

    Args:
        name: the method.
        configuration: of its trials, flat; ``dataset.label_fraction`` says whether labels are
            partial.
        kept: what run directories keep of the methods that they ran (:func:`kept_supervision`).
    """
    try:
        kind: str = declaration(name).supervision
    except UserError:
        kind = (kept or {}).get(name, "?")
    fraction = configuration.get("dataset.label_fraction")
    if kind in ("labels", "partial") and isinstance(fraction, int | float):
        return "partial" if fraction < 1 else "labels"
    return kind


def kept_supervision(sweeps: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return what several ``sweep.yaml`` keep of methods; what they do not agree on is left out."""
    kept: dict[str, set[str]] = {}
    for sweep in sweeps:
        for name, kind in (sweep.get("supervision") or {}).items():
            kept.setdefault(str(name), set()).add(str(kind))
    return {
        name: kind for name, (kind, *others) in kept.items() if not others and kind in SUPERVISION
    }


def supervision_in(sweeps: Iterable[Mapping[str, Any]]) -> Callable[[str, Mapping[str, Any]], str]:
    """Return what gives the supervision of methods of these sweeps, also of methods from outside.

    Args:
        sweeps: what each ``sweep.yaml`` holds.
    """
    return functools.partial(supervision, kept=kept_supervision(sweeps))


def hyperparameter_names(name: str) -> set[str]:
    """Return the names of a method's hyperparameters; raises as :func:`declaration` does."""
    return {field.name for field in dataclasses.fields(declaration(name).Hyperparameters)}


@functools.cache  # a plan asks for it once a trial
def _ours(name: str) -> "type[Declaration]":
    module, _, attribute = DECLARATION_PATHS[name].rpartition(".")
    declared: type[Declaration] = getattr(import_module(module), attribute)
    return declared
