"""Tiny cases of the methods of an image and its labels."""

from typing import Any

from harness.methods import METHODS
from models.declaration import DataSpec
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
    },
)
"""Images that a decoder doubles once, with the modalities of hands and of known factors."""

SMALLEST = {"network": "tiny", "d": 4}


def labelled_case(name: str, **changed: Any) -> Case:
    """Return the case of a method with tiny networks; ``changed`` are hyperparameters."""
    method = METHODS.load(name)
    return Case(method, method.Hyperparameters(**{**SMALLEST, **changed}), HANDS)
