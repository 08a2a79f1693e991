"""The methods of this distribution: their names on the command line, and where each one is defined.

Importing this is cheap: it needs no torch, and neither do the declarations. ``harness.methods``
loads both. A method of your own needs no line here: see ``docs/adding.md``.
"""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.declaration import Declaration
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
    "dvae": "models.labelled.dvae.DVAEFactors",
    "dvae_synthesis": "models.labelled.dvae.DVAESynthesis",
    "dvae_pose": "models.labelled.dvae.DVAEPose",
    "cross_vae_synthesis": "models.labelled.cross_vae.CrossVAESynthesis",
    "cross_vae": "models.labelled.cross_vae.CrossVAE",
    "semix": "models.labelled.semix.tasks.SemiXPose",
    "semix_sketch": "models.labelled.semix.tasks.SemiXSketch",
    "semix_sup": "models.labelled.semix.tasks.SupPose",
    "semix_sup_sketch": "models.labelled.semix.tasks.SupSketch",
    "lifting": "models.labelled.lifting.Lifting",
    "aign_digits": "models.adversarial.digits.AIGNDigits",
    "aign_sr": "models.adversarial.super_resolution.AIGNSuperResolution",
    "aign_sr_paired": "models.adversarial.super_resolution.AIGNSuperResolutionPaired",
    "aign_sr_cycle": "models.adversarial.super_resolution.CycleSuperResolution",
    "aign_inpaint": "models.adversarial.inpainting.AIGNInpainting",
    "aign_pose": "models.adversarial.pose.method.AIGNPose",
    "aign_sfm": "models.adversarial.sfm.method.AIGNSfm",
    "oracle_codes": "models.reference.codes.OracleCodes",
    "random_codes": "models.reference.codes.RandomCodes",
    "untrained_codes": "models.reference.codes.UntrainedCodes",
    "mean_pose": "models.reference.poses.MeanPose",
    "nearest_pose": "models.reference.poses.NearestPose",
    "bicubic": "models.reference.images.Bicubic",
    "mean_hole": "models.reference.images.MeanHole",
    "blurred_hole": "models.reference.images.BlurredHole",
    "mean_scene": "models.reference.scenes.MeanScene",
}
"""Dotted path of each method, by its name."""

DECLARATION_PATHS: Mapping[str, str] = {
    "vae": "models.vae.hyperparameters.VAEDeclaration",
    "beta_vae": "models.vae.hyperparameters.BetaVAEDeclaration",
    "beta_tcvae": "models.vae.hyperparameters.BetaTCVAEDeclaration",
    "dip_vae_ii": "models.vae.hyperparameters.DIPVAEIIDeclaration",
    "u_vitae": "models.vae.hyperparameters.VITAEDeclaration",
    "c_vitae": "models.vae.hyperparameters.VITAEDeclaration",
    "rodi": "models.pairs.rodi.hyperparameters.RodiDeclaration",
    "bvae": "models.pairs.hyperparameters.BVAEDeclaration",
    "cycle_vae": "models.pairs.hyperparameters.CycleVAEDeclaration",
    "atsdm": "models.pairs.hyperparameters.ATSDMDeclaration",
    "drnet": "models.pairs.hyperparameters.DrNetDeclaration",
    "dvae": "models.labelled.declarations.DVAEFactorsDeclaration",
    "dvae_synthesis": "models.labelled.declarations.DVAESynthesisDeclaration",
    "dvae_pose": "models.labelled.declarations.DVAEPoseDeclaration",
    "cross_vae_synthesis": "models.labelled.declarations.CrossVAESynthesisDeclaration",
    "cross_vae": "models.labelled.declarations.CrossVAEDeclaration",
    "semix": "models.labelled.semix.declarations.SemiXPoseDeclaration",
    "semix_sketch": "models.labelled.semix.declarations.SemiXSketchDeclaration",
    "semix_sup": "models.labelled.semix.declarations.SupPoseDeclaration",
    "semix_sup_sketch": "models.labelled.semix.declarations.SupSketchDeclaration",
    "lifting": "models.labelled.declarations.LiftingDeclaration",
    "aign_digits": "models.adversarial.declarations.DigitsDeclaration",
    "aign_sr": "models.adversarial.declarations.UnpairedDeclaration",
    "aign_sr_paired": "models.adversarial.declarations.PairedDeclaration",
    "aign_sr_cycle": "models.adversarial.declarations.CycleDeclaration",
    "aign_inpaint": "models.adversarial.declarations.InpaintingDeclaration",
    "aign_pose": "models.adversarial.pose.declarations.PoseDeclaration",
    "aign_sfm": "models.adversarial.sfm.declarations.SfmDeclaration",
    "oracle_codes": "models.reference.declarations.OracleDeclaration",
    "random_codes": "models.reference.declarations.RandomDeclaration",
    "untrained_codes": "models.reference.declarations.UntrainedDeclaration",
    "mean_pose": "models.reference.declarations.MeanPoseDeclaration",
    "nearest_pose": "models.reference.declarations.NearestPoseDeclaration",
    "bicubic": "models.reference.declarations.BicubicDeclaration",
    "mean_hole": "models.reference.declarations.MeanHoleDeclaration",
    "blurred_hole": "models.reference.declarations.BlurredHoleDeclaration",
    "mean_scene": "models.reference.declarations.MeanSceneDeclaration",
}
"""Dotted path of each method's declaration; a method that is not here is its own declaration.

Planning a sweep of these methods does not import torch, which takes more than a second.
"""


def check_method(method: object, path: str) -> "type[Method]":
    """Return the object that was found at a dotted path, if it is a method.

    Raises:
        TypeError: it is no subclass of ``models.method.Method``, or it declares what cannot be.
    """
    from models.method import Method

    if not (isinstance(method, type) and issubclass(method, Method)):
        raise TypeError(f"'{path}' is not a method: it must be a subclass of models.method.Method")
    check_declaration(method, path)
    return method


def check_declaration(declared: "type[Declaration]", path: str) -> None:
    """Check what a method declares of its hyperparameters and its data.

    Raises:
        TypeError: its hyperparameters are not described, or an attribute is of another type than
            :class:`models.declaration.Declaration` says.
    """
    from models.declaration import SUPERVISION
    from models.hyperparameters import describe

    hyperparameters = getattr(declared, "Hyperparameters", None)
    if not (isinstance(hyperparameters, type) and dataclasses.is_dataclass(hyperparameters)):
        raise TypeError(f"'{path}' needs a dataclass of hyperparameters: {path}.Hyperparameters")
    describe(hyperparameters)
    try:
        hyperparameters()
    except TypeError as error:
        name = f"{hyperparameters.__module__}.{hyperparameters.__qualname__}"
        raise TypeError(f"'{path}': {name}: every field needs a default value") from error
    if not all(isinstance(values, Mapping) for values in dict(declared.at_scale).values()):
        raise TypeError(f"'{path}': at_scale must be a mapping of mappings")
    if not isinstance(declared.needs, tuple):
        raise TypeError(f"'{path}': needs must be a tuple of names of modalities")
    if declared.consumes not in ("images", "pairs"):
        raise TypeError(
            f"'{path}': consumes must be 'images' or 'pairs', not {declared.consumes!r}"
        )
    if declared.supervision not in SUPERVISION:
        raise TypeError(
            f"'{path}': supervision must be one of {', '.join(SUPERVISION)}, "
            f"not {declared.supervision!r}"
        )
