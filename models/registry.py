"""Where each method is, by the name it has on the command line; this module imports no torch.

``harness.methods`` loads them. A method of your own needs no line here: see ``docs/adding.md``.
"""

import dataclasses
from collections.abc import Mapping
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
"""Dotted path of each method of this distribution."""


def check_method(method: object, path: str) -> "type[Method]":
    """Return the method that a dotted path led to.

    Raises:
        TypeError: it is not a method (see ``models.method.Method``).
    """
    from models.hyperparameters import describe
    from models.method import Method

    if not (isinstance(method, type) and issubclass(method, Method)):
        raise TypeError(f"'{path}' is not a method: it must be a subclass of models.method.Method")
    hyperparameters = getattr(method, "Hyperparameters", None)
    if not (isinstance(hyperparameters, type) and dataclasses.is_dataclass(hyperparameters)):
        raise TypeError(f"'{path}' needs a dataclass of hyperparameters: {path}.Hyperparameters")
    describe(hyperparameters)
    return method
