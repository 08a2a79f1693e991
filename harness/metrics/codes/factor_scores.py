"""How well each group of latents predicts the factors of appearance and of pose."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import torch

from harness.metrics.codes.encoding import encode_images
from harness.metrics.codes.neighbours import nearest_others, predictability
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes

MOST_IMAGES = 4000
"""Most test images, which are compared with one another."""

MOST_DIMENSIONS = 6
"""Most dimensions of a code of which all ways to halve it are tried."""

Factors = list[np.ndarray]


@metric(
    needs=Encodes,
    of_codes=True,
    of_factors=("known_appearance", "known_pose"),
    keys=[
        MetricKey("appearance_score", "appearance score", "higher", "", "[-1, 1]", "1 - chance"),
        MetricKey("pose_score", "pose score", "higher", "", "[-1, 1]", "1"),
        MetricKey("d_score", "D_score", "higher", "", "[-1, 1]", "1 - chance / 2"),
    ],
)
def factor_scores(method: Encodes, data: EvaluationData) -> dict[str, float]:
    """How much better each latent group predicts its own factors than the other one's group does.

    ``appearance_score`` is how well the 5 nearest neighbours in the space of appearance codes
    predict the appearance factors of an image (accuracy, or R² of a continuous factor; mean over
    factors), less how well those in the space of pose codes do; ``pose_score`` is the reverse, for
    the pose factors; ``d_score`` is their mean. It takes the place of the D_score on VITAE's
    poster, of which no definition is published.

    The images are every second test image, each compared with all others. A method with one group
    of latents is scored on its best split into halves, chosen on the remaining images, which is in
    its favour. With more than six dimensions not all splits are tried: runs of consecutive ones,
    and the one by what each dimension tells alone (which older run directories lack).
    """
    codes = {
        group: torch.from_numpy(code).float().to(data.device)
        for group, code in encode_images(method, data, MOST_IMAGES).items()
    }
    dataset = data.dataset
    appearance = [dataset.test.factors[name][:MOST_IMAGES] for name in dataset.known_appearance]
    pose = [dataset.test.factors[name][:MOST_IMAGES] for name in dataset.known_pose]

    def scores(z_a: torch.Tensor, z_p: torch.Tensor, part: slice) -> tuple[float, float]:
        (a_from_a, a_from_p), (p_from_a, p_from_p) = (
            [_mean_predictability(z[part], [f[part] for f in factors]) for z in (z_a, z_p)]
            for factors in (appearance, pose)
        )
        return a_from_a - a_from_p, p_from_p - p_from_a

    to_choose, to_score = slice(1, None, 2), slice(0, None, 2)
    if {"appearance", "pose"} <= codes.keys():
        split = codes["appearance"], codes["pose"]
    else:
        whole = torch.cat(list(codes.values()), 1)
        halves = _halves(whole)
        if whole.shape[1] > MOST_DIMENSIONS:
            halves.append(_by_dimension(whole, to_choose, (appearance, pose)))
        split = max(halves, key=lambda half: sum(scores(half[0], half[1], to_choose)))
    appearance_score, pose_score = scores(*split, to_score)
    return {
        "appearance_score": appearance_score,
        "pose_score": pose_score,
        "d_score": (appearance_score + pose_score) / 2,
    }


def _mean_predictability(codes: torch.Tensor, factors: Factors) -> float:
    neighbours = nearest_others(codes)
    return float(np.mean([predictability(values, neighbours) for values in factors]))


def _by_dimension(
    codes: torch.Tensor, part: slice, factors: tuple[Factors, Factors]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the half of the dimensions that tell more of appearance than of pose, and the rest.

    Each dimension is judged alone, so that it need not stand beside others of its kind.
    """
    told = []
    for column in codes[part].T:
        neighbours = nearest_others(column[:, None])
        appearance, pose = (
            np.mean([predictability(values[part], neighbours) for values in of]) for of in factors
        )
        told.append(appearance - pose)
    order = np.argsort(told)[::-1].copy()
    half = len(order) // 2
    return codes[:, np.sort(order[:half])], codes[:, np.sort(order[half:])]


def _halves(codes: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return the ways to give half of the dimensions to appearance and the rest to pose.

    With many dimensions only runs of consecutive ones, the last followed by the first;
    :func:`_by_dimension` is tried beside them.
    """
    d = codes.shape[1]
    if d <= MOST_DIMENSIONS:
        halves = [list(half) for half in combinations(range(d), max(1, d // 2))]
    else:
        halves = [[(start + i) % d for i in range(d // 2)] for start in range(d)]
    rest = [[i for i in range(d) if i not in half] or [0] for half in halves]
    return [(codes[:, a], codes[:, p]) for a, p in zip(halves, rest, strict=True)]
