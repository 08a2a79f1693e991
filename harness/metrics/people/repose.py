"""Whether generated persons keep the pose: keypoints found in them by a regressor."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from harness.data.dataset import Dataset, Split
from harness.data.images import Images
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from harness.metrics.people.judge_network import Judge, batches, descend, judge
from harness.metrics.people.partners import chosen, of_other, of_same
from models.protocols import Swaps

MOST_IMAGES = {"fast": 1000, "study": None}
"""Most test images whose pose is to be kept; None for all."""

_PASSES, _BATCH, _LR = 8, 64, 2e-3
_BETA = 0.02  # widths, from which on an error counts by itself instead of by its square


@metric(
    needs=Swaps,
    of_factors=("known_identity", "known_keypoints"),
    of_options=("identity_factor", "keypoints"),
    keys=[
        MetricKey(
            "repose_reconstruction",
            "rePose of reconstructions",
            "lower",
            "% of width",
            "[0, inf)",
            "the floor",
        ),
        MetricKey(
            "repose_reconstruction_std",
            "repose reconstruction std",
            "none",
            "% of width",
            "[0, inf)",
            "depends",
        ),
        MetricKey(
            "repose_transfer", "rePose of transfers", "lower", "% of width", "[0, inf)", "the floor"
        ),
        MetricKey(
            "repose_transfer_std",
            "repose transfer std",
            "none",
            "% of width",
            "[0, inf)",
            "depends",
        ),
        MetricKey("repose_floor", "repose floor", "none", "% of width", "[0, inf)", "0"),
    ],
)
def repose(method: Swaps, data: EvaluationData) -> dict[str, float]:
    """Distance of a generated person's keypoints from the pose asked for (RoDi, Table 2).

    Return distances of keypoints in % of the image's width (RoDi, Table 2).

    An image's error is the mean over its keypoints of the Euclidean distance between where they
    were in the pose image and where a network, trained on the training images, finds them in what a
    method made of that pose: with the appearance of the same person's other image
    (``repose_reconstruction``) or of another person (``repose_transfer``). Each is a mean over
    images, with the standard deviation over them as ``_std``.

    RoDi finds the keypoints of the pose image by a detector too. Here they are known, so that no
    error of a detector enters from there: a method that returns the pose image itself scores
    ``repose_floor``, the network's own error on it.
    """
    dataset, test = data.dataset, data.dataset.test
    identity = test.factors[dataset.known_identity]
    pose = chosen(np.ones(len(test), bool), MOST_IMAGES[data.budget])
    judged = regressor(data)
    true = torch.from_numpy(places(dataset, test)[pose]).to(data.device)
    images = Images(test.images, data.device)

    def errors(appearance: np.ndarray | None) -> Tensor:
        """Return the error of every image ``[n]``; None scores the pose images themselves."""
        rows = [pose, pose if appearance is None else appearance]
        both = (torch.split(torch.from_numpy(r), data.test_batch_size) for r in rows)
        shown = [
            wanted if appearance is None else method.swap(other, wanted)
            for wanted, other in zip(*map(images.gathered, both), strict=True)
        ]
        found = torch.cat([judged(image) for image in shown])
        apart = torch.unflatten(found - true, 1, (-1, 2))
        distance: Tensor = torch.linalg.vector_norm(apart, dim=2)
        return 100 * distance.mean(1)

    same, other = errors(of_same(identity, pose)), errors(of_other(identity, pose))
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
    """Return the network from images to :func:`places`, trained on the training images."""
    train = data.dataset.train
    known = places(data.dataset, train)
    swapped = _mirrored_order(data.dataset.known_keypoints)

    def fit(judged: Judge, images: Images) -> None:
        true = torch.from_numpy(known).to(data.device)
        with torch.no_grad():  # it starts at the mean place of each keypoint
            judged.head.weight.mul_(0.1)
            judged.head.bias.copy_(true.mean(0))
        order = torch.Generator().manual_seed(0)
        rows = list(batches(len(train), _BATCH, _PASSES, order))
        flips = torch.rand(len(rows), _BATCH, generator=order) < 0.5
        losses = (
            F.smooth_l1_loss(judged(image), wanted, beta=_BETA)
            for image, wanted in _mirrored(images, true, rows, flips, swapped)
        )
        descend(judged, losses, len(rows), _LR)

    return judge("repose", train, known, n=known.shape[1], device=data.device, fit=fit)


def _mirrored_order(names: tuple[str, ...]) -> list[int]:
    """Return which keypoint a mirrored image has in each one's place: left is right in a mirror."""
    other = {"left": "right", "right": "left"}
    mirrored = ["_".join(other.get(word, word) for word in name.split("_")) for name in names]
    return [names.index(name) if name in names else i for i, name in enumerate(mirrored)]


def _mirrored(
    images: Images, true: Tensor, rows: list[Tensor], flips: Tensor, swapped: list[int]
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield batches of images and their places, those marked in ``flips`` ``[n, B]`` mirrored."""
    for image, part, flip in zip(images.gathered(rows), rows, flips, strict=True):
        here = flip[: len(part)].to(true.device)
        place = torch.unflatten(true[part.to(true.device)], 1, (-1, 2))
        mirrored = place[:, swapped] * place.new_tensor([-1, 1]) + place.new_tensor([1, 0])
        wanted = torch.where(here[:, None, None], mirrored, place)
        shown = torch.where(here[:, None, None, None], image.flip(3), image)
        yield shown, torch.flatten(wanted, 1)
