"""How far the pose moves when only the code of everything unlabelled moves."""

from __future__ import annotations

import numpy as np
import torch

from harness.data.images import Images
from harness.metrics.data import EvaluationData
from harness.metrics.hands.joints import distances
from harness.metrics.hands.poses import mirrored_hands, pose_from, unit_mm
from harness.metrics.metric import MetricKey, metric
from models.protocols import Decodes, DecodesModalities, Encodes, Predicts

REST = "rest"
"""The latent group of what no label describes, dVAE's z_u."""

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
    """Drift of the pose in mm along walks through the code of the rest (dVAE, Fig. 3).

    A walk takes ten steps, evenly spaced, from the rest code of one test image to that of another,
    while all other codes stay those of the first. The drift is the mean distance of a joint from
    its place at the first step: ``pose_drift`` in the pose decoded from the codes,
    ``pose_drift_seen`` in the pose that the method predicts from the image decoded from them.

    ``rest_change`` is the squared difference of the last image from the first, mean over pixels: a
    code that changes no image moves no pose either. All are means over walks. Methods that lack the
    code or cannot encode and decode images are not scored.
    """
    if not (isinstance(method, Encodes) and isinstance(method, Decodes)):
        return {}
    test, device = data.dataset.test, data.device
    order = np.random.default_rng(0).permutation(len(test))
    rows, others = (part[: WALKS[data.budget]] for part in (order, np.roll(order, 1)))
    mirrored, mm = mirrored_hands(data.dataset)[rows], unit_mm(data.dataset)[rows]
    images = Images(test.images, device)
    batches = (torch.split(torch.from_numpy(r), data.test_batch_size) for r in (rows, others))
    walks: list[dict[str, np.ndarray]] = []
    done = 0
    for first, last in zip(*map(images.gathered, batches), strict=True):
        start, end = method.encode(first), method.encode(last)
        if REST not in start:
            return {}
        walks.append(_walk(method, start, end, mirrored[done : done + len(first)]))
        done += len(first)
    joined = {name: np.concatenate([walk[name] for walk in walks], -3) for name in walks[0]}
    change = joined.pop("rest_change")
    drifts = {name: drift(list(poses), mm) for name, poses in joined.items()}
    return {**drifts, "rest_change": float(change.mean())}


def _walk(
    method: Decodes,
    start: dict[str, torch.Tensor],
    end: dict[str, torch.Tensor],
    mirrored: np.ndarray,
) -> dict[str, np.ndarray]:
    """Walk from some images' codes; return the poses of each step, ``[STEPS, n, J, 3]`` by score.

    And ``rest_change`` ``[n, 1, 1]``, the mean square by which the last image differs from the
    first. Images in between are not stored.
    """
    assert isinstance(method, DecodesModalities)

    def pose(modalities: dict[str, torch.Tensor]) -> np.ndarray:
        arrays = {name: tensor.cpu().numpy() for name, tensor in modalities.items()}
        return arrays["whole_pose"] if "whole_pose" in arrays else pose_from(arrays, mirrored)

    poses: dict[str, list[np.ndarray]] = {}
    first = image = None
    for share in torch.linspace(0, 1, STEPS).tolist():
        codes = {**start, REST: torch.lerp(start[REST], end[REST], share)}
        poses.setdefault("pose_drift", []).append(pose(method.decode_modalities(codes)))
        image = method.decode(codes)
        first = image if first is None else first
        if isinstance(method, Predicts):
            poses.setdefault("pose_drift_seen", []).append(pose(method.predict(image)))
    assert first is not None
    assert image is not None
    change = (image - first).square().double().mean((1, 2, 3)).cpu().numpy()
    walks = {name: np.stack(steps) for name, steps in poses.items()}
    return {**walks, "rest_change": change[:, None, None]}


def drift(poses: list[np.ndarray], mm: np.ndarray) -> float:
    """Return the mean distance of joints from their places at the first step, in mm.

    Args:
        poses: ``[N, J, 3]`` of each step.
        mm: ``[N]``, the length of the poses' unit in mm.
    """
    return float(np.mean([distances(pose, poses[0], mm) for pose in poses[1:]]))
