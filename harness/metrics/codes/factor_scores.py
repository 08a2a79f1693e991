"""How well each group of latents predicts the factors of appearance and of pose."""

from itertools import combinations

import numpy as np
import torch
from torch import Tensor

from harness.metrics.codes.neighbours import explained, nearest_others
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes

MOST_IMAGES = 4000
"""Test images, at most, that are compared with one another."""

MOST_DIMENSIONS = 6
"""Up to so many dimensions all ways to halve a code are tried."""

Factors = list[np.ndarray]


@metric(
    needs=Encodes,
    of_factors=("known_appearance", "known_pose"),
    keys=[
        MetricKey("appearance_score", "appearance score", "higher", "", "[-1, 1]", "1 - chance"),
        MetricKey("pose_score", "pose score", "higher", "", "[-1, 1]", "1"),
        MetricKey("d_score", "D_score", "higher", "", "[-1, 1]", "1 - chance / 2"),
    ],
)
def factor_scores(method: Encodes, data: EvaluationData) -> dict[str, float]:
    """How well each latent group predicts appearance and pose factors; stands for D_score.

    Return ``appearance_score``, ``pose_score`` and their mean, ``d_score``, each in [-1, 1].

    ``appearance_score`` is how well 5 nearest neighbours in the space of the appearance codes tell
    the appearance factors of an image (accuracy, or R^2 of a continuous factor; mean over factors),
    less how well those in the space of pose codes do; ``pose_score`` is the reverse, for the pose
    factors. It stands for the D_score of VITAE's poster, which nothing published defines.

    The images are every second test image, each compared with all others. A method with one group
    of latents gets the best way to halve it, chosen on the other images, which favours it.
    """
    encoded = [method.encode(batch["image"]) for batch in data.test_batches(MOST_IMAGES)]
    codes = {group: torch.cat([part[group] for part in encoded]) for group in encoded[0]}
    dataset = data.dataset
    appearance = [dataset.test.factors[name][:MOST_IMAGES] for name in dataset.known_appearance]
    pose = [dataset.test.factors[name][:MOST_IMAGES] for name in dataset.known_pose]

    def scores(z_a: Tensor, z_p: Tensor, part: slice) -> tuple[float, float]:
        scored = [
            [_mean_explained(z[part], [values[part] for values in factors]) for z in (z_a, z_p)]
            for factors in (appearance, pose)
        ]
        return scored[0][0] - scored[0][1], scored[1][1] - scored[1][0]

    chosen_on, scored_on = slice(1, None, 2), slice(0, None, 2)
    if {"appearance", "pose"} <= codes.keys():
        split = codes["appearance"], codes["pose"]
    else:
        halves = _halves(torch.cat(list(codes.values()), 1))
        split = max(halves, key=lambda half: sum(scores(half[0], half[1], chosen_on)))
    of_appearance, of_pose = scores(*split, scored_on)
    return {
        "appearance_score": of_appearance,
        "pose_score": of_pose,
        "d_score": (of_appearance + of_pose) / 2,
    }


def _mean_explained(codes: Tensor, factors: Factors) -> float:
    neighbours = nearest_others(codes)
    return float(np.mean([explained(values, neighbours) for values in factors]))


def _halves(codes: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Return the ways to give half of the dimensions to appearance and the rest to pose.

    With many dimensions these are runs of them in their order, as they come from the network.
    """
    d = codes.shape[1]
    everything = range(d)
    if d <= MOST_DIMENSIONS:
        chosen = [list(part) for part in combinations(everything, max(1, d // 2))]
    else:
        chosen = [[(start + i) % d for i in range(d // 2)] for start in everything]
    rest = [[i for i in everything if i not in part] or [0] for part in chosen]
    return [(codes[:, a], codes[:, p]) for a, p in zip(chosen, rest, strict=True)]
