"""Methods by name, imported when asked for; this module itself imports no torch."""

import dataclasses
import inspect
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.method import Method

METHOD_PATHS: Mapping[str, str] = {
    "vae": "models.vae.vae.VAE",
    "beta_vae": "models.vae.regularised.BetaVAE",
    "beta_tcvae": "models.vae.regularised.BetaTCVAE",
    "dip_vae_ii": "models.vae.regularised.DIPVAEII",
    "u_vitae": "models.vae.vitae.UVITAE",
    "c_vitae": "models.vae.vitae.CVITAE",
    "rodi": "models.pairs.rodi.method.Rodi",
    "bvae": "models.pairs.bvae.BVAE",
    "cycle_vae": "models.pairs.cycle_vae.CycleVAE",
    "atsdm": "models.pairs.atsdm.ATSDM",
    "drnet": "models.pairs.drnet.DrNet",
    "dvae_synthesis": "models.labelled.dvae.DVAESynthesis",
    "dvae_pose": "models.labelled.dvae.DVAEPose",
    "cross_vae_synthesis": "models.labelled.cross_vae.CrossVAESynthesis",
    "cross_vae": "models.labelled.cross_vae.CrossVAE",
}
"""Where each method of this distribution is."""

ENTRY_POINTS = "unbraid.methods"
"""The entry point group in which another distribution names its methods."""


def method_paths() -> dict[str, str]:
    """Return the dotted path of every known method by name: installed ones, then ours.

    A name of ours cannot be taken by another distribution.
    """
    installed = {e.name: f"{e.module}.{e.attr}" for e in entry_points(group=ENTRY_POINTS)}
    return {**installed, **METHOD_PATHS}


def load_method(name: str) -> "type[Method]":
    """Return the class of a method, by its name or by the dotted path of its class.

    Raises:
        LookupError: no such name, module or attribute; the message says which, and what there is.
        TypeError: it is not a method (see ``models.method.Method``).
    """
    known = method_paths()
    path = known.get(name, name)
    if "." not in path or not all(path.split(".")):
        raise LookupError(
            f"unknown method '{name}'; known: {', '.join(sorted(known))}. "
            "Name a method of your own by its dotted path, like my_package.MyMethod"
        )
    return _checked(_import(path), path)


def summary(method: "type[Method]") -> str:
    """Return the first line of the class's docstring."""
    return (inspect.getdoc(method) or "").partition("\n")[0]


def _import(path: str) -> object:
    module_name, _, attribute = path.rpartition(".")
    try:
        module = import_module(module_name)
    except ModuleNotFoundError as error:
        # A module that is there but lacks one of its own imports is another mistake: let it show.
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise
        raise LookupError(
            f"method '{path}': there is no module '{error.name}' on this Python's path"
        ) from error
    if not hasattr(module, attribute):
        raise LookupError(f"method '{path}': module '{module_name}' has no '{attribute}'")
    return getattr(module, attribute)


def _checked(method: object, path: str) -> "type[Method]":
    from models.hyperparameters import describe
    from models.method import Method

    if not (isinstance(method, type) and issubclass(method, Method)):
        raise TypeError(f"'{path}' is not a method: it must be a subclass of models.method.Method")
    hyperparameters = getattr(method, "Hyperparameters", None)
    if not (isinstance(hyperparameters, type) and dataclasses.is_dataclass(hyperparameters)):
        raise TypeError(f"'{path}' needs a dataclass of hyperparameters: {path}.Hyperparameters")
    describe(hyperparameters)
    return method
