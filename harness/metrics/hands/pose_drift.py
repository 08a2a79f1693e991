"""Whether the pose stays where it is when only the rest of the code moves."""

import numpy as np
import torch
from torch import Tensor

from harness.data.images import Images
from harness.metrics.data import EvaluationData
from harness.metrics.hands.joints import distances
from harness.metrics.hands.pose_error import mirrored, pose_of, unit_mm
from harness.metrics.metric import MetricKey, metric
from models.protocols import REST, Decodes, DecodesModalities, Encodes, Predicts

WALKS = {"fast": 50, "study": 500}
STEPS = 10


@metric(
    needs=DecodesModalities,
    of_factors=("known_unit",),
    of_modalities=("pose",),
    keys=[
        MetricKey("pose_drift", "pose drift", "lower", "mm", "[0, inf)", "0"),
        MetricKey("pose_drift_seen", "pose drift in images", "lower", "mm", "[0, inf)", "0"),
        MetricKey("rest_change", "change by z_u", "none", "squared intensity", "[0, 1]", "depends"),
    ],
)
def pose_drift(method: DecodesModalities, data: EvaluationData) -> dict[str, float]:
    """How far the pose moves in mm when the code of the rest is walked through (dVAE, Fig. 3).

    Return ``pose_drift`` and ``pose_drift_seen`` in mm, and ``rest_change``, means over walks.

    A walk takes ten steps, evenly spaced, from the rest code of one test image to that of another,
    while all other codes stay those of the first (dVAE, Figure 3). The drift is the mean distance
    of a joint from where it was at the first step: in the pose that the decoder makes of the code,
    and in the one that the method finds in the image it makes of it.

    ``rest_change`` is the squared difference of the last image from the first, mean over pixels: a
    code that shows in nothing moves no pose either. Methods without such a code have no scores, nor
    have those that lack a protocol.
    """
    if not (isinstance(method, Encodes) and isinstance(method, Decodes)):
        return {}
    test, device = data.dataset.test, data.device
    order = np.random.default_rng(0).permutation(len(test))
    rows, others = (part[: WALKS[data.budget]] for part in (order, np.roll(order, 1)))
    right, mm = mirrored(data.dataset)[rows], unit_mm(data.dataset)[rows]
    images = Images(test.images, device)
    both = (torch.split(torch.from_numpy(r), data.test_batch_size) for r in (rows, others))
    parts: list[dict[str, np.ndarray]] = []
    done = 0
    for first, last in zip(*(images.gathered(batches) for batches in both), strict=True):
        start, end = method.encode(first), method.encode(last)
        if REST not in start:
            return {}
        parts.append(_walked(method, start, end, right[done : done + len(first)]))
        done += len(first)
    joined = {name: np.concatenate([part[name] for part in parts], -3) for name in parts[0]}
    change = joined.pop("rest_change")
    drifts = {name: drift(list(walk), mm) for name, walk in joined.items()}
    return {**drifts, "rest_change": float(change.mean())}


def _walked(
    method: Decodes, start: dict[str, Tensor], end: dict[str, Tensor], right: np.ndarray
) -> dict[str, np.ndarray]:
    """Walk from some images' codes; return the poses of each step, ``[STEPS, n, J, 3]`` by score.

    And ``rest_change`` ``[n, 1, 1]``, the mean square by which the last image differs from the
    first. No other image is kept.
    """
    assert isinstance(method, DecodesModalities)

    def poses(made: dict[str, Tensor]) -> np.ndarray:
        found = {name: part.cpu().numpy() for name, part in made.items()}
        return found["whole_pose"] if "whole_pose" in found else pose_of(found, right)

    parts: dict[str, list[np.ndarray]] = {}
    first = image = None
    for share in torch.linspace(0, 1, STEPS).tolist():
        codes = {**start, REST: torch.lerp(start[REST], end[REST], share)}
        parts.setdefault("pose_drift", []).append(poses(method.decode_modalities(codes)))
        image = method.decode(codes)
        first = image if first is None else first
        if isinstance(method, Predicts):
            parts.setdefault("pose_drift_seen", []).append(poses(method.predict(image)))
    assert first is not None
    assert image is not None
    change = (image - first).square().double().mean((1, 2, 3)).cpu().numpy()
    walks = {name: np.stack(steps) for name, steps in parts.items()}
    return {**walks, "rest_change": change[:, None, None]}


def drift(walk: list[np.ndarray], mm: np.ndarray) -> float:
    """Return the mean distance of joints from where they are at the first step, in mm.

    Args:
        walk: poses ``[N, J, 3]`` of each step.
        mm: ``[N]``, a unit of the poses in mm.
    """
    return float(np.mean([distances(pose, walk[0], mm) for pose in walk[1:]]))
