"""What a plan must know of dVAE and the cross-modal VAE (Yang and Yao, 2019), and of lifting.

Importing this is cheap: it needs no torch.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from models.declaration import LABELLED, Declaration
from models.hyperparameters import AtScale, with_scale_defaults
from models.labelled.hyperparameters import (
    DVAEFactorsHyperparameters,
    DVAEHyperparameters,
    DVAESynthesisHyperparameters,
    LabelledHyperparameters,
    LiftingHyperparameters,
    SynthesisHyperparameters,
)

_BETA_AT_64 = 100 * (64 / 256) ** 2
"""Synthesis: the published β for images of 64 x 64, a sixteenth of the published pixels.

Errors are sums over pixels, so the KL terms weigh as much beside them as in the paper.
"""

_W_X_AT_64 = 0.01
"""Pose estimation: weight of the image's error at the smaller scales (ours).

With 1 the error of 12,288 pixels, whose content no label determines, outweighs that of 72 numbers,
and the image's encoder spends the parts of the labels on it.
"""


class StartedDeclaration(Declaration):
    """Base of what is declared of methods whose image encoder may start from a file of weights."""

    may_round = True

    @classmethod
    def fault(cls, hyperparameters: Any, tables: Mapping[str, tuple[int, ...]]) -> str:  # noqa: ARG003
        """Refuse a file that is not there, and one for a network that is no ResNet."""
        path, network = hyperparameters.encoder_weights, hyperparameters.network
        if path and network != "paper":
            return (
                f"method.encoder_weights={path} is for a ResNet, and method.network={network} has "
                "none. Give method.network=paper too, or leave method.encoder_weights out."
            )
        if path and getattr(hyperparameters, "widening", 1) > 1:
            return (
                f"method.encoder_weights={path} is for a ResNet of the published widths, and "
                f"method.widening={hyperparameters.widening} has wider ones. Give "
                "method.widening=1, or leave method.encoder_weights out."
            )
        if path and not Path(path).is_file():
            return (
                f"method.encoder_weights={path}: there is no such file. Give the path of "
                "torchvision's weights, or leave it out to start from random ones."
            )
        return ""


class LabelledDeclaration(StartedDeclaration):
    """Declaration of both methods; smaller networks at smaller scales."""

    Hyperparameters: ClassVar[type[Any]] = LabelledHyperparameters
    at_scale: ClassVar[AtScale] = {
        "smoke": {"network": "tiny", "lr": 1e-3},
        "small": {"network": "small", "lr": 1e-3},
    }


class CrossVAESynthesisDeclaration(LabelledDeclaration):
    """Declaration of the cross-modal VAE for image synthesis."""

    Hyperparameters = SynthesisHyperparameters
    needs = ("pose",)
    consumes: ClassVar[Literal["images", "pairs"]] = "pairs"
    at_scale = with_scale_defaults(LabelledDeclaration.at_scale, beta=_BETA_AT_64)


class CrossVAEDeclaration(LabelledDeclaration):
    """Declaration of the cross-modal VAE for pose estimation."""

    needs = ("cpose", "viewpoint")
    at_scale = with_scale_defaults(LabelledDeclaration.at_scale, w_x=_W_X_AT_64)


class DVAESynthesisDeclaration(CrossVAESynthesisDeclaration):
    """Declaration of dVAE for image synthesis."""

    Hyperparameters = DVAESynthesisHyperparameters
    at_scale = with_scale_defaults(CrossVAESynthesisDeclaration.at_scale, pose_branch_pool=True)


class DVAEPoseDeclaration(CrossVAEDeclaration):
    """Declaration of dVAE for pose estimation."""

    Hyperparameters = DVAEHyperparameters
    at_scale = with_scale_defaults(CrossVAEDeclaration.at_scale, pose_branch_pool=True)


class DVAEFactorsDeclaration(LabelledDeclaration):
    """Declaration of dVAE of two vectors of factors."""

    Hyperparameters = DVAEFactorsHyperparameters
    needs = ("pose_factors", "appearance_factors")
    at_scale = with_scale_defaults(LabelledDeclaration.at_scale, w_x=_W_X_AT_64)


class LiftingDeclaration(Declaration):
    """Declaration of the detector and the perceptron that lifts what it finds."""

    Hyperparameters: ClassVar[type[Any]] = LiftingHyperparameters
    needs = ("joints_3d", "joints_2d", LABELLED)
    only_where = (LABELLED,)
    at_scale: ClassVar[AtScale] = {
        "smoke": {"network": "tiny", "width": 32},
        "small": {"network": "small", "width": 256, "dropout": 0.1},
    }
