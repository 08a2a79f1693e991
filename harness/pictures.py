"""The arrays that a report shows of a trained method."""

import numpy as np
import torch
from torch import Tensor

from harness import seeding
from harness.data.images import Images
from harness.evaluation import EvaluationData, evaluating, scorable
from harness.metrics.latents import divergences
from harness.metrics.triplets import triplet_errors
from models import method as protocols
from models.method import Method

PICTURES = 8
"""Test images kept with their reconstructions for the figures of a report."""

WALK, WALK_END = 9, 2.5
"""Images of a walk along one latent dimension, and the value at its end (its start is minus it)."""


SWAPS = 5
"""Images along each side of the grid of swaps."""

MOST_DIMENSIONS = 64
"""A latent group with more dimensions is not walked through."""


@torch.no_grad()
def arrays_of(method: Method, data: EvaluationData, seed: int) -> dict[str, np.ndarray]:
    """Return what a trial keeps for its figures: images in uint8, numbers in float32.

    Images, ``[n, C, H, W]`` each, where the method can make them: ``test_images`` and their
    ``reconstructions``; ``appearance``, decoded and not yet warped; ``samples`` of the prior;
    ``shown_by_<group>``, what the decoder of one code alone makes of it; ``swaps``, n = 25 row by
    row, with the pose of ``swap_pose[row]`` and the appearance of ``swap_appearance[column]``.
    Of each latent group ``walk_<group>``, ``[d, WALK, C, H, W]``: one dimension goes from -2.5 to
    2.5, all others stay at the prior's mean, 0 (VITAE, supplement, Figures 4 and 7).

    Numbers: ``kl_<group>`` ``[d]``, what each dimension tells of a test image in nats;
    ``triplet_errors`` ``[n]`` (see :mod:`harness.metrics.triplets`).
    """
    with evaluating(method):
        images, numbers = _images(method, data, seed), _numbers(method, data)
    shown = {
        name: (array.clamp(0, 1) * 255).round().to(torch.uint8) for name, array in images.items()
    }
    return {name: array.cpu().numpy() for name, array in {**shown, **numbers}.items()}


def _images(method: Method, data: EvaluationData, seed: int) -> dict[str, Tensor]:
    images = _chosen(data, PICTURES, mixed=bool(data.dataset.known_frame))
    made = {"test_images": images}
    if isinstance(method, protocols.Reconstructs):
        made["reconstructions"] = method.reconstruct(images)
    if isinstance(method, protocols.DecodesAppearance):
        made["appearance"] = method.appearance(images)
    if isinstance(method, protocols.Samples):
        draws = seeding.generator(seed, "samples", images.device)
        made["samples"] = method.sample(PICTURES, draws)
    if isinstance(method, protocols.Decodes) and isinstance(method, protocols.Encodes):
        made.update(_walks(method, method.encode(images[:1])))
    if isinstance(method, protocols.DecodesGroups):
        decoded = method.decode_groups(images)
        made.update({f"shown_by_{group}": of for group, of in decoded.items()})
    if isinstance(method, protocols.Swaps) and data.dataset.known_identity:
        made.update(_swaps(method, _chosen(data, 2 * SWAPS, mixed=True)))
    return made


def _numbers(method: Method, data: EvaluationData) -> dict[str, Tensor]:
    numbers = {}
    if isinstance(method, protocols.Infers):
        numbers.update(divergences(method, data))
    if scorable(method, ["triplets"], data.dataset):
        assert isinstance(method, protocols.Swaps)
        numbers["triplet_errors"] = triplet_errors(method, data)
    return numbers


def _chosen(data: EvaluationData, n: int, *, mixed: bool) -> Tensor:
    """Return ``n`` test images: the first ones, or mixed where neighbours look alike."""
    test = data.dataset.test
    order = np.random.default_rng(0).permutation(len(test)) if mixed else np.arange(len(test))
    return next(Images(test.images, data.device).gathered([torch.from_numpy(order[:n])]))


def _swaps(method: protocols.Swaps, images: Tensor) -> dict[str, Tensor]:
    appearance, pose = images.chunk(2)
    rows, columns = len(pose), len(appearance)
    swaps = method.swap(appearance.repeat(rows, 1, 1, 1), pose.repeat_interleave(columns, 0))
    return {"swap_appearance": appearance, "swap_pose": pose, "swaps": swaps}


def _walks(method: protocols.Decodes, codes: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return ``walk_<group>`` for every group of ``codes``, whose sizes alone matter."""
    sizes = {group: code.shape[1] for group, code in codes.items()}
    walked = {group: d for group, d in sizes.items() if d <= MOST_DIMENSIONS}
    device = next(iter(codes.values())).device
    steps = torch.linspace(-WALK_END, WALK_END, WALK, device=device)
    walks = {}
    for group, d in walked.items():
        at_zero = {other: torch.zeros(d * WALK, size).to(device) for other, size in sizes.items()}
        moved = torch.eye(d, device=device)[:, None] * steps[:, None]
        images = method.decode({**at_zero, group: moved.flatten(0, 1)})
        walks[f"walk_{group}"] = torch.unflatten(images, 0, (d, WALK))
    return walks
