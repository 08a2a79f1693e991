"""What a plan must know of SemiX and its baseline, each for two tasks (Liu et al., 2020).

Importing this is cheap: it needs no torch.
"""

from collections.abc import Mapping
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

_WEIGHTS = ("w_vae_x", "w_vae_y", "w_cross", "w_sup")
"""Weights of SemiX's losses."""


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


class _OfBoth(StartedDeclaration):
    """Declaration of what learns by four losses, of which each has a weight."""

    @classmethod
    def fault(cls, hyperparameters: Any, tables: Mapping[str, tuple[int, ...]]) -> str:
        """Refuse a method without any loss, too."""
        if not any(getattr(hyperparameters, name) for name in _WEIGHTS):
            listed = ", ".join(f"method.{name}" for name in _WEIGHTS)
            return f"nothing is learnt, as {listed} are all 0. Give one of them a weight."
        return super().fault(hyperparameters, tables)


class SupPoseDeclaration(_OfPoses):
    """Declaration of the baseline for poses."""

    Hyperparameters: ClassVar[type[Any]] = SupPoseHyperparameters


class SemiXPoseDeclaration(_OfBoth, _OfPoses):
    """Declaration of SemiX for poses."""

    Hyperparameters: ClassVar[type[Any]] = SemiXPoseHyperparameters
    unpaired = ("unpaired_joints",)


class SupSketchDeclaration(_OfSketches):
    """Declaration of the baseline for sketches."""

    Hyperparameters: ClassVar[type[Any]] = TranslationHyperparameters


class SemiXSketchDeclaration(_OfBoth, _OfSketches):
    """Declaration of SemiX for sketches."""

    Hyperparameters: ClassVar[type[Any]] = SemiXHyperparameters
    unpaired = ("unpaired_sketch",)
