"""Tiny cases of the methods of an image and its labels."""

import dataclasses
from typing import Any

import numpy as np

from harness.methods import METHODS
from models.declaration import DataSpec
from models.method import Method
from tests.models.helpers.method_case import Case


def _basis() -> np.ndarray:
    """A mean body and components of bodies of 17 joints, each half as long as the one before."""
    rows = np.linalg.qr(np.random.default_rng(0).normal(size=(51, 51)))[0]
    lengths = 0.5 ** np.arange(51) + 0.01
    mean = np.random.default_rng(1).normal(size=(1, 51))
    return np.concatenate([0.3 * mean, rows * lengths[:, None]]).astype(np.float32)


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
        "unpaired_cpose": (17, 3),
        "unpaired_pinhole": (13,),
        "depth": (1, 16, 16),
        "flow": (2, 16, 16),
        "motion": (12,),
        "unpaired_depth": (1, 16, 16),
        "unpaired_motion": (12,),
        "labelled": (),
        "labelled_2d": (),
    },
    n_labelled=25,
    tables={"pose_basis": _basis(), "intrinsics": np.array([12, 12, 7.5, 7.5], np.float32)},
)
"""Images that a decoder doubles once, with the modalities of hands, people, sketches, factors."""

SMALLEST = {"network": "tiny", "d": 4, "d_t": 4, "d_s": 3, "width": 16, "side": 4, "pca_k": 5}
"""Hyperparameters of the smallest networks; a method takes those that it has."""

FRAMES = dataclasses.replace(HANDS, image_shape=(6, 16, 16))
"""Two frames, with all that is told of these."""

SPECS = {"aign_sfm": FRAMES, "aign_pose": HANDS}
"""Data of methods that must have them though they need no modality."""


def smallest(method: type[Method]) -> dict[str, Any]:
    """Return those of ``SMALLEST`` that a method has."""
    return {
        name: value for name, value in SMALLEST.items() if hasattr(method.Hyperparameters, name)
    }


def labelled_case(name: str, **changed: Any) -> Case:
    """Return the case of a method with tiny networks; ``changed`` are hyperparameters."""
    method = METHODS.load(name)
    spec = SPECS.get(name, HANDS)
    return Case(method, method.Hyperparameters(**{**smallest(method), **changed}), spec)
