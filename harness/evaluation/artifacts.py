"""The arrays that a report shows of a trained method."""

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from harness import seeding
from harness.data.images import Images
from harness.evaluation.latent_walks import PAIRS, along_dimensions, between_images
from harness.evaluation.scores import evaluating, scorable
from harness.evaluation.skeletons import skeletons
from harness.metrics.data import EvaluationData
from harness.metrics.hands.pose_error import mirrored
from harness.metrics.likelihood.latents import divergences
from harness.metrics.swaps.triplets import triplet_errors
from models import protocols
from models.method import Method

PICTURES = 8
"""Test images kept with their reconstructions for the figures of a report."""

LARGEST = 128
"""Pixels along a side above which pictures are kept smaller: a report shows none as wide.

A trial of dVAE with three parts of 256 x 256 pixels would else keep 67 MB, and keeps 17.
"""

SWAPS = 5
"""Images along each side of the grid of swaps."""


@torch.no_grad()
def arrays_of(method: Method, data: EvaluationData, seed: int) -> dict[str, np.ndarray]:
    """Return what a trial keeps for its figures: images in uint8, numbers in float32.

    Images, ``[n, C, H, W]`` each and at most 128 pixels wide and high (larger ones are averaged
    over squares of pixels), where the method can make them: ``test_images`` and their
    ``reconstructions``; ``appearance``, decoded and not yet warped; ``samples`` of the prior;
    ``shown_by_<group>``, what the decoder of one code alone makes of it; ``swaps``, n = 25 row by
    row, with the pose of ``swap_pose[row]`` and the appearance of ``swap_appearance[column]``.
    Walks through the latent space are those of :mod:`harness.evaluation.latent_walks`.

    Numbers: ``kl_<group>`` ``[d]``, what each dimension tells of a test image in nats;
    ``triplet_errors`` ``[n]`` (see :mod:`harness.metrics.swaps.triplets`); the 3D poses of
    :mod:`harness.evaluation.skeletons`, of the ``test_images``.
    """
    with evaluating(method):
        numbers = _numbers(method, data)
        places = _places(data, PICTURES, mixed=bool(data.dataset.known_frame))
        images = _images(method, data, places, seed)
        walked, walk_numbers = _walks(method, data, numbers)
        images.update(walked)
        numbers.update(walk_numbers)
        numbers.update(skeletons(method, data, images["test_images"], places))
    shown = {
        name: (smaller(array).clamp(0, 1) * 255).round().to(torch.uint8)
        for name, array in images.items()
    }
    return {name: array.cpu().numpy() for name, array in {**shown, **numbers}.items()}


def smaller(images: Tensor) -> Tensor:
    """Return images ``[..., H, W]`` with sides of at most ``LARGEST``, means of squares of pixels.

    What is left over at the right and at the bottom by a side that the squares do not divide is
    cut off.
    """
    times = -(-max(images.shape[-2:]) // LARGEST)
    if times == 1:
        return images
    pooled = avg_pool2d(torch.flatten(images, 0, -3)[:, None], times)
    return torch.unflatten(pooled[:, 0], 0, images.shape[:-2])


def _images(
    method: Method, data: EvaluationData, places: np.ndarray, seed: int
) -> dict[str, Tensor]:
    images = _at(data, places)
    made = {"test_images": images}
    if isinstance(method, protocols.Reconstructs):
        made["reconstructions"] = method.reconstruct(images)
    if isinstance(method, protocols.DecodesAppearance):
        made["appearance"] = method.appearance(images)
    if isinstance(method, protocols.Samples):
        draws = seeding.generator(seed, "samples", images.device)
        made["samples"] = method.sample(PICTURES, draws)
    if isinstance(method, protocols.DecodesGroups):
        decoded = method.decode_groups(images)
        made.update({f"shown_by_{group}": of for group, of in decoded.items()})
    if isinstance(method, protocols.Swaps) and data.dataset.known_identity:
        made.update(_swaps(method, _at(data, _places(data, 2 * SWAPS, mixed=True))))
    return made


def _numbers(method: Method, data: EvaluationData) -> dict[str, Tensor]:
    numbers = {}
    if isinstance(method, protocols.Infers):
        numbers.update(divergences(method, data))
    if scorable(method, ["triplets"], data.dataset):
        assert isinstance(method, protocols.Swaps)
        numbers["triplet_errors"] = triplet_errors(method, data)
    return numbers


def _places(data: EvaluationData, n: int, *, mixed: bool) -> np.ndarray:
    """Return which ``n`` test images: the first ones, or mixed where neighbours look alike."""
    size = len(data.dataset.test)
    return (np.random.default_rng(0).permutation(size) if mixed else np.arange(size))[:n]


def _at(data: EvaluationData, places: np.ndarray) -> Tensor:
    images = Images(data.dataset.test.images, data.device)
    return next(images.gathered([torch.from_numpy(places)]))


def _swaps(method: protocols.Swaps, images: Tensor) -> dict[str, Tensor]:
    appearance, pose = images.chunk(2)
    rows, columns = len(pose), len(appearance)
    swaps = method.swap(appearance.repeat(rows, 1, 1, 1), pose.repeat_interleave(columns, 0))
    return {"swap_appearance": appearance, "swap_pose": pose, "swaps": swaps}


def _walks(
    method: Method, data: EvaluationData, kl: dict[str, Tensor]
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    if not (isinstance(method, protocols.Decodes) and isinstance(method, protocols.Encodes)):
        return {}, {}
    places = _places(data, 2 * PAIRS, mixed=True)
    images, right = _at(data, places), mirrored(data.dataset)[places]
    walks, kept = along_dimensions(method, method.encode(images), kl)
    enough = len(images) == 2 * PAIRS
    between, poses = between_images(method, images, right) if enough else ({}, {})
    return {**walks, **between}, {**kept, **poses}
