"""Tiny cases of the methods of an image and its labels."""

from typing import Any

from harness.methods import METHODS
from models.declaration import DataSpec
from models.method import Method
from tests.models.helpers.method_case import Case

HANDS = DataSpec(
    (3, 16, 16),
    n_train=64,
    n_identities=3,
    modalities={
        "pose": (21, 3),
        "cpose": (21, 3),
        "viewpoint": (3, 3),
        "pose_factors": (7,),
        "appearance_factors": (5,),
        "joints_3d": (17, 3),
        "joints_2d": (17, 2),
        "unpaired_joints": (17, 3),
        "sketch": (1, 16, 16),
        "unpaired_sketch": (1, 16, 16),
        "labelled": (),
        "labelled_2d": (),
    },
    n_labelled=25,
)
"""Images that a decoder doubles once, with the modalities of hands, people, sketches, factors."""

SMALLEST = {"network": "tiny", "d": 4, "d_t": 4, "d_s": 3, "width": 16, "side": 4}
"""Hyperparameters of the smallest networks; a method takes those that it has."""


def smallest(method: type[Method]) -> dict[str, Any]:
    """Return those of ``SMALLEST`` that a method has."""
    return {
        name: value for name, value in SMALLEST.items() if hasattr(method.Hyperparameters, name)
    }


def labelled_case(name: str, **changed: Any) -> Case:
    """Return the case of a method with tiny networks; ``changed`` are hyperparameters."""
    method = METHODS.load(name)
    return Case(method, method.Hyperparameters(**{**smallest(method), **changed}), HANDS)
