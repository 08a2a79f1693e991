"""Whether the pose stays where it is when only the rest of the code moves."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from harness.data.images import Images
from harness.metrics.joints import distances
from harness.metrics.pose_error import mirrored, pose_of, unit_mm
from models.method import Decodes, DecodesModalities, Encodes, Method, Predicts

if TYPE_CHECKING:
    from harness.evaluation import EvaluationData

REST = "rest"
"""The latent group of what no label describes, dVAE's z_u."""

WALKS = {"fast": 50, "study": 500}
STEPS = 10


def compute(
    method: Method,
    data: "EvaluationData",
    generator: torch.Generator,  # noqa: ARG001 - every metric is given one
) -> dict[str, float]:
    """Return ``pose_drift`` and ``pose_drift_seen`` in mm, and ``rest_change``, means over walks.

    A walk takes ten steps, evenly spaced, from the rest code of one test image to that of another,
    while all other codes stay those of the first (dVAE, Figure 3). The drift is the mean distance
    of a joint from where it was at the first step: in the pose that the decoder makes of the code,
    and in the one that the method finds in the image it makes of it.

    ``rest_change`` is the squared difference of the last image from the first, mean over pixels: a
    code that shows in nothing moves no pose either. Methods without such a code have no scores, nor
    have those that lack a protocol.
    """
    assert isinstance(method, DecodesModalities)
    if not (isinstance(method, Encodes) and isinstance(method, Decodes)):
        return {}
    test, device = data.dataset.test, data.device
    order = np.random.default_rng(0).permutation(len(test))
    rows, others = (part[: WALKS[data.budget]] for part in (order, np.roll(order, 1)))
    ends = Images(test.images, device).gathered([torch.from_numpy(r) for r in (rows, others)])
    start, end = (method.encode(images) for images in ends)
    if REST not in start:
        return {}
    right, mm = mirrored(data.dataset)[rows], unit_mm(data.dataset)[rows]

    def poses(made: dict[str, Tensor]) -> np.ndarray:
        found = {name: part.cpu().numpy() for name, part in made.items()}
        return found["whole_pose"] if "whole_pose" in found else pose_of(found, right)

    told: list[np.ndarray] = []
    seen: list[np.ndarray] = []
    images: list[Tensor] = []
    for share in torch.linspace(0, 1, STEPS).tolist():
        codes = {**start, REST: torch.lerp(start[REST], end[REST], share)}
        told.append(poses(method.decode_modalities(codes)))
        images.append(method.decode(codes))
        if isinstance(method, Predicts):
            seen.append(poses(method.predict(images[-1])))
    drifts = {"pose_drift": told, "pose_drift_seen": seen}
    return {
        **{name: drift(walk, mm) for name, walk in drifts.items() if walk},
        "rest_change": float((images[-1] - images[0]).square().double().mean()),
    }


def drift(walk: list[np.ndarray], mm: np.ndarray) -> float:
    """Return the mean distance of joints from where they are at the first step, in mm.

    Args:
        walk: poses ``[N, J, 3]`` of each step.
        mm: ``[N]``, a unit of the poses in mm.
    """
    return float(np.mean([distances(pose, walk[0], mm) for pose in walk[1:]]))
