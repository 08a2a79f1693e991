"""The depth and the flow that a method finds in two frames, as pictures beside the true ones."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from harness.drawing.colours import hue
from harness.metrics.data import EvaluationData
from models.method import Method
from models.protocols import Predicts

NEAR, FAR = 3.0, 80.0
"""Metres, drawn white and black; depths between go by their logarithms."""


def frames_found(
    method: Method, data: EvaluationData, images: Tensor, places: np.ndarray
) -> dict[str, Tensor]:
    """Return pictures of depth and of flow, in [0, 1].

    ``depth_true`` and ``depth_found`` ``[n, 1, H, W]``, the brighter the nearer, and ``flow_true``
    and ``flow_found`` ``[n, 3, H, W]``: the hue is the direction, and the colour the stronger the
    farther; the strongest is the farthest true one of each image. Nothing if the images have no
    such modalities or the method predicts none.

    Args:
        method: the trained method.
        data: the test images.
        images: ``[n, C, H, W]``, some of them.
        places: ``[n]``, their indices.
    """
    known = data.dataset.test.modalities
    if not isinstance(method, Predicts) or not {"depth", "flow"} <= known.keys():
        return {}
    found = method.predict(images)
    if not {"depth", "flow"} <= found.keys():
        return {}
    true = {name: torch.from_numpy(known[name][places]) for name in ("depth", "flow")}
    farthest = true["flow"].norm(dim=1).flatten(1).amax(1).clamp(min=1e-6)
    return {
        "depth_true": nearness(true["depth"]),
        "depth_found": nearness(found["depth"].cpu()),
        "flow_true": directions(true["flow"], farthest),
        "flow_found": directions(found["flow"].cpu(), farthest),
    }


def nearness(depth: Tensor) -> Tensor:
    """Return depths in metres as brightness in [0, 1]: 1 at :data:`NEAR`, 0 at :data:`FAR`."""
    logs = depth.clamp(NEAR, FAR).log()
    return (math.log(FAR) - logs) / math.log(FAR / NEAR)


def directions(flow: Tensor, farthest: Tensor) -> Tensor:
    """Return flows ``[n, 2, H, W]`` as colours ``[n, 3, H, W]``; no flow is white.

    Args:
        flow: pixels to the right and down.
        farthest: ``[n]``, the length that has the strongest colour.
    """
    x, y = flow.double().unbind(1)
    strength = ((x.square() + y.square()).sqrt() / farthest[:, None, None]).clamp(max=1)
    turn = torch.atan2(y, x) / (2 * math.pi)
    wheel = hue(turn.flatten().numpy(), 1.0, np.ones(turn.numel()))
    colour = torch.from_numpy(wheel).reshape(*turn.shape, 3).movedim(-1, 1)
    painted: Tensor = 1 - strength[:, None] * (1 - colour)
    return painted.float()
