"""Errors of the pose of generated persons, whose keypoints a regressor finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch

from harness.data.dataset import Dataset, Split
from harness.data.images import Images
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from harness.metrics.people.partners import draw_other, draw_same, draw_some
from models.protocols import Swaps

if TYPE_CHECKING:
    from harness.metrics.people.judge_network import Judge

MOST_IMAGES = {"fast": 1000, "study": None}
"""Most test images that a pose is taken from; None for all."""

_PASSES, _BATCH, _LR = 8, 64, 2e-3
_BETA = 0.02  # widths; the loss is quadratic in smaller errors and linear in larger ones

_UNIT = "% of width"


@metric(
    needs=Swaps,
    of_factors=("known_identity", "known_keypoints"),
    of_options=("identity_factor", "keypoints"),
    keys=[
        MetricKey(
            "repose_reconstruction",
            "rePose of reconstructions",
            "lower",
            _UNIT,
            "[0, inf)",
            "the floor",
        ),
        MetricKey(
            "repose_reconstruction_std",
            "repose reconstruction std",
            "none",
            _UNIT,
            "[0, inf)",
            "depends",
        ),
        MetricKey(
            "repose_transfer", "rePose of transfers", "lower", _UNIT, "[0, inf)", "the floor"
        ),
        MetricKey(
            "repose_transfer_std", "repose transfer std", "none", _UNIT, "[0, inf)", "depends"
        ),
        MetricKey("repose_floor", "repose floor", "none", _UNIT, "[0, inf)", "0"),
    ],
)
def repose(method: Swaps, data: EvaluationData) -> dict[str, float]:
    """Distance of a generated person's keypoints from the pose asked for (RoDi, Table 2).

    In % of the image's width, the mean over keypoints of the distance between their true places in
    the image that the pose is taken from, and the places where a network, trained on the training
    images, finds them in the generated image. The appearance is that of another image of the same
    person (``repose_reconstruction``) or of another person (``repose_transfer``). Both are means
    over images, with the standard deviation over images as ``_std``.

    RoDi finds the keypoints of the pose image by a detector too. Here the true ones are taken, so
    that the detector errs on the generated image alone: a method that returns the pose image itself
    scores ``repose_floor``, the network's error on real images.
    """
    dataset, test = data.dataset, data.dataset.test
    identity = test.factors[dataset.known_identity]
    pose = draw_some(np.ones(len(test), bool), MOST_IMAGES[data.budget])
    find_keypoints = regressor(data)
    true = torch.from_numpy(places(dataset, test)[pose]).to(data.device)
    images = Images(test.images, data.device)

    def errors(appearance: np.ndarray | None) -> torch.Tensor:
        """Return the error of every image ``[n]``; None scores the pose images themselves."""
        rows = [pose, pose if appearance is None else appearance]
        split = (torch.split(torch.from_numpy(r), data.test_batch_size) for r in rows)
        generated = [
            pose_from if appearance is None else method.swap(appearance_from, pose_from)
            for pose_from, appearance_from in zip(*map(images.gathered, split), strict=True)
        ]
        keypoints = torch.cat([find_keypoints(image) for image in generated])
        difference = torch.unflatten(keypoints - true, 1, (-1, 2))
        distance: torch.Tensor = torch.linalg.vector_norm(difference, dim=2)
        return 100 * distance.mean(1)

    same, other = errors(draw_same(identity, pose)), errors(draw_other(identity, pose))
    return {
        "repose_reconstruction": float(same.mean()),
        "repose_reconstruction_std": float(same.std(correction=0)),
        "repose_transfer": float(other.mean()),
        "repose_transfer_std": float(other.std(correction=0)),
        "repose_floor": float(errors(None).mean()),
    }


def places(dataset: Dataset, split: Split) -> np.ndarray:
    """Return a split's keypoints, ``[N, 2 K]`` float32: x and y in widths of the image."""
    width = split.images.shape[3]
    columns = [
        (split.factors[f"{name}_{axis}"] + 0.5) / width
        for name in dataset.known_keypoints
        for axis in "xy"
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def regressor(data: EvaluationData) -> Judge:
    """Return the network that finds :func:`places` in images, trained on the training images."""
    from harness.metrics.people.judge_network import (  # torch's networks
        batches,
        descend,
        trained_judge,
    )

    train = data.dataset.train
    labels = places(data.dataset, train)
    swapped = _mirrored_order(data.dataset.known_keypoints)

    def fit(judge: Judge, images: Images) -> None:
        true = torch.from_numpy(labels).to(data.device)
        with torch.no_grad():  # it starts at the mean place of each keypoint
            judge.output.weight.mul_(0.1)
            judge.output.bias.copy_(true.mean(0))
        order = torch.Generator().manual_seed(0)
        rows = list(batches(len(train), _BATCH, _PASSES, order))
        flips = torch.rand(len(rows), _BATCH, generator=order) < 0.5
        losses = (
            torch.nn.functional.smooth_l1_loss(judge(image), wanted, beta=_BETA)
            for image, wanted in _mirrored(images, true, rows, flips, swapped)
        )
        descend(judge, losses, len(rows), _LR)

    return trained_judge("repose", train, labels, n=labels.shape[1], device=data.device, fit=fit)


def _mirrored_order(names: tuple[str, ...]) -> list[int]:
    """Return the index of each keypoint's mirror image: the left hand of the right hand."""
    other = {"left": "right", "right": "left"}
    mirrored = ["_".join(other.get(word, word) for word in name.split("_")) for name in names]
    return [names.index(name) if name in names else i for i, name in enumerate(mirrored)]


def _mirrored(
    images: Images,
    true: torch.Tensor,
    rows: list[torch.Tensor],
    flips: torch.Tensor,
    swapped: list[int],
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield batches of images and their places, those marked in ``flips`` ``[n, B]`` mirrored."""
    for image, part, flip in zip(images.gathered(rows), rows, flips, strict=True):
        here = flip[: len(part)].to(true.device)
        place = torch.unflatten(true[part.to(true.device)], 1, (-1, 2))
        mirrored = place[:, swapped] * place.new_tensor([-1, 1]) + place.new_tensor([1, 0])
        wanted = torch.where(here[:, None, None], mirrored, place)
        seen = torch.where(here[:, None, None, None], image.flip(3), image)
        yield seen, torch.flatten(wanted, 1)
