"""The arrays of a trained method that are stored for a report's figures."""

from contextlib import suppress

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from harness import seeding
from harness.data.images import Images
from harness.errors import UserError
from harness.evaluation.frames import frames_found
from harness.evaluation.latent_walks import PAIRS, along_dimensions, between_images
from harness.evaluation.restorations import restorations
from harness.evaluation.scores import evaluating, scorable
from harness.evaluation.skeletons import skeletons
from harness.metrics.data import EvaluationData
from harness.metrics.hands.poses import mirrored_hands
from harness.metrics.likelihood.latents import divergences
from harness.metrics.swaps.triplets import triplet_errors
from models import protocols
from models.declaration import HIDDEN
from models.method import Method

PICTURES = 8
"""Test images stored with their reconstructions."""

LARGEST = 128
"""Most pixels along a side of a stored picture; reports show none larger.

It makes the 67 MB of a dVAE trial with three latent groups at 256 x 256 pixels 17 MB.
"""

SWAPS = 5
"""Images along each side of the grid of swaps."""


@torch.no_grad()
def arrays_of(method: Method, data: EvaluationData, seed: int) -> dict[str, np.ndarray]:
    """Return the arrays that a trial stores for figures: images in uint8, numbers in float32.

    Images, ``[n, C, H, W]`` each and at most 128 pixels wide and high (larger ones are averaged
    over squares of pixels), where the method can make them: ``test_images`` and their
    ``reconstructions``; ``appearance``, decoded and not yet warped; ``samples`` of the prior;
    ``shown_by_<group>``, decoded from one code alone; ``sketch_true`` and ``sketch_found``,
    distance maps; ``swaps``, n = 25 row by row, with the pose of ``swap_pose[row]`` and the
    appearance of ``swap_appearance[column]``; depth and flow (:mod:`harness.evaluation.frames`);
    ``observed``, ``restored`` and ``recovered``, and the numbers of
    :mod:`harness.evaluation.restorations`. Walks through the latent space are those of
    :mod:`harness.evaluation.latent_walks`.

    Numbers: ``kl_<group>`` ``[d]``, the divergence of each dimension in nats, mean over test
    images; ``triplet_errors`` ``[n]`` (see :mod:`harness.metrics.swaps.triplets`); the 3D poses of
    the ``test_images`` (see :mod:`harness.evaluation.skeletons`).
    """
    with evaluating(method):
        numbers = _numbers(method, data)
        mixed = bool(data.dataset.known_frame) or _of_sketches(data)
        places = _places(data, PICTURES, mixed=mixed)
        images = _images(method, data, places, seed)
        walks, of_walks = _walks(method, data, numbers)
        images.update(walks)
        images.update(frames_found(method, data, images["test_images"], places))
        numbers.update(of_walks)
        numbers.update(skeletons(method, data, images["test_images"], places))
        if isinstance(method, protocols.Restores) and _can_restore(method, data):
            restored, judged = restorations(method, data, places)
            images.update(restored)
            numbers.update(judged)
    pictures = {
        name: (smaller(array).clamp(0, 1) * 255).round().to(torch.uint8)
        for name, array in images.items()
    }
    return {name: array.cpu().numpy() for name, array in {**pictures, **numbers}.items()}


def smaller(images: Tensor) -> Tensor:
    """Return images ``[..., H, W]`` with sides of at most ``LARGEST``, means of squares of pixels.

    Pixels at the right and at the bottom that fill no whole square are cut off.
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
    pictures = {"test_images": images}
    if isinstance(method, protocols.Reconstructs):
        pictures["reconstructions"] = method.reconstruct(images)
    if isinstance(method, protocols.DecodesAppearance):
        pictures["appearance"] = method.appearance(images)
    if isinstance(method, protocols.Samples):
        draws = seeding.generator(seed, "samples", images.device)
        pictures["samples"] = method.sample(PICTURES, draws)
    if isinstance(method, protocols.DecodesGroups):
        decoded = method.decode_groups(images)
        pictures.update({f"shown_by_{group}": image for group, image in decoded.items()})
    if _of_sketches(data) and isinstance(method, protocols.Predicts):
        drawn = method.predict(images)
        if "sketch" in drawn:
            known = torch.from_numpy(data.dataset.test.modalities["sketch"][places])
            pictures |= {"sketch_true": known, "sketch_found": drawn["sketch"]}
    if isinstance(method, protocols.Swaps) and (data.dataset.known_identity or _of_sketches(data)):
        pictures.update(_swaps(method, _at(data, _places(data, 2 * SWAPS, mixed=True))))
    return pictures


def _numbers(method: Method, data: EvaluationData) -> dict[str, Tensor]:
    numbers = {}
    if isinstance(method, protocols.Infers):
        numbers.update(divergences(method, data))
    if scorable(method, ["triplets"], data.dataset):
        assert isinstance(method, protocols.Swaps)
        with suppress(UserError):  # few images may have no triplet
            numbers["triplet_errors"] = triplet_errors(method, data)
    return numbers


def _can_restore(method: protocols.Restores, data: EvaluationData) -> bool:
    """Return whether the images have the boxes that a method fills in."""
    return not isinstance(method, protocols.Inpaints) or HIDDEN in data.dataset.test.modalities


def _of_sketches(data: EvaluationData) -> bool:
    """Return whether the images have sketches; several in a row then show the same."""
    return "sketch" in data.dataset.test.modalities


def _places(data: EvaluationData, n: int, *, mixed: bool) -> np.ndarray:
    """Return indices of ``n`` test images: the first, or random ones where the first look alike."""
    size = len(data.dataset.test)
    return (np.random.default_rng(0).permutation(size) if mixed else np.arange(size))[:n]


def _at(data: EvaluationData, places: np.ndarray) -> Tensor:
    images = Images(data.dataset.test.images, data.device)
    return next(images.gathered([torch.from_numpy(places)]))


def _swaps(method: protocols.Swaps, images: Tensor) -> dict[str, Tensor]:
    if len(images) == 1:  # it could swap with itself alone
        return {}
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
    images, right = _at(data, places), mirrored_hands(data.dataset)[places]
    walks, dimensions = along_dimensions(method, method.encode(images), kl)
    enough = len(images) == 2 * PAIRS
    between, poses = between_images(method, images, right) if enough else ({}, {})
    return {**walks, **between}, {**dimensions, **poses}
