"""What a plan must know of SemiX and its baseline, each for two tasks (Liu et al., 2020).

Importing this is cheap: it needs no torch.
"""

from typing import Any, ClassVar

from models.declaration import LABELLED
from models.hyperparameters import AtScale
from models.labelled.declarations import StartedDeclaration
from models.labelled.semix.hyperparameters import (
    SemiXHyperparameters,
    SemiXPoseHyperparameters,
    SupPoseHyperparameters,
    TranslationHyperparameters,
)

LABELLED_2D = "labelled_2d"
"""Modality ``[N]``: 1 for an image whose joints in the image are known."""


class _OfPoses(StartedDeclaration):
    """From images of people to their joints in space."""

    needs = ("joints_3d", LABELLED)
    uses = ("joints_2d", LABELLED_2D)
    only_where = (LABELLED, LABELLED_2D)
    at_scale: ClassVar[AtScale] = {
        "smoke": {"network": "tiny", "lr": 1e-3},
        "small": {"network": "small", "lr": 1e-3},
    }


class _OfSketches(StartedDeclaration):
    """From photographs to sketches of what they show."""

    needs = ("sketch", LABELLED)
    only_where = (LABELLED,)
    at_scale: ClassVar[AtScale] = {
        "smoke": {"network": "tiny", "lr": 1e-3},
        "small": {"network": "small", "lr": 1e-3},
    }


class SupPoseDeclaration(_OfPoses):
    """Declaration of the baseline for poses."""

    Hyperparameters: ClassVar[type[Any]] = SupPoseHyperparameters


class SemiXPoseDeclaration(_OfPoses):
    """Declaration of SemiX for poses."""

    Hyperparameters: ClassVar[type[Any]] = SemiXPoseHyperparameters
    unpaired = ("unpaired_joints",)


class SupSketchDeclaration(_OfSketches):
    """Declaration of the baseline for sketches."""

    Hyperparameters: ClassVar[type[Any]] = TranslationHyperparameters


class SemiXSketchDeclaration(_OfSketches):
    """Declaration of SemiX for sketches."""

    Hyperparameters: ClassVar[type[Any]] = SemiXHyperparameters
    unpaired = ("unpaired_sketch",)
