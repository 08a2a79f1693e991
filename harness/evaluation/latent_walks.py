"""Pictures along walks through the latent space of a method."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from harness.metrics.hands.pose_error import has_pose, pose_of
from models.method import Method
from models.protocols import Decodes, DecodesModalities, Encodes

WALK, WALK_END = 9, 2.5
"""Images of a walk along one latent dimension, and the value at its end (its start is minus it)."""

MOST_DIMENSIONS = 8
"""Dimensions of a latent group that are walked along: those that tell most."""

STEPS, PAIRS = 10, 2
"""Images of a walk from one image's code to another's, and how many such pairs there are."""


def along_dimensions(
    method: Decodes, codes: Mapping[str, Tensor], kl: Mapping[str, Tensor]
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Walk along single dimensions, all others at the prior's mean, 0.

    After VITAE, supplement, Figures 4 and 7.

    Args:
        method: what decodes.
        codes: by latent group, of which the sizes alone matter.
        kl: ``kl_<group>`` ``[d]``, what each dimension tells; without it the first ones are taken.

    Returns:
        ``walk_<group>`` ``[n, WALK, C, H, W]``; ``dimensions_<group>`` ``[n]``, which ones these
        are, those that tell most first.
    """
    sizes = {group: code.shape[1] for group, code in codes.items()}
    device = next(iter(codes.values())).device
    steps = torch.linspace(-WALK_END, WALK_END, WALK, device=device)
    walks, kept = {}, {}
    for group, d in sizes.items():
        divergence = kl.get(f"kl_{group}", torch.zeros(d, device=device))
        chosen = divergence.argsort(descending=True, stable=True)[:MOST_DIMENSIONS]
        n = len(chosen) * WALK
        at_zero = {other: torch.zeros(n, size, device=device) for other, size in sizes.items()}
        moved = torch.eye(d, device=device)[chosen, None] * steps[:, None]
        images = method.decode({**at_zero, group: moved.flatten(0, 1)})
        walks[f"walk_{group}"] = torch.unflatten(images, 0, (-1, WALK))
        kept[f"dimensions_{group}"] = chosen.int()
    return walks, kept


def between_images(
    method: Method, images: Tensor, mirrored: np.ndarray
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Walk from the codes of some images to those of others, one latent group at a time.

    After dVAE, supplement, Figures 2 to 4: a group's code goes straight from that of one image to
    that of another, and all other groups stay as in the first.

    Args:
        method: encodes and decodes.
        images: ``[2 n, C, H, W]``; image i is the start of a walk, image n + i its end.
        mirrored: ``[2 n]`` bool, hands whose canonical pose is a mirror image. No code tells it:
            along a walk it is that of the start.

    Returns:
        ``between_<group>`` ``[n, STEPS, C, H, W]``, and ``ends_between`` ``[n, 2, C, H, W]``, the
        images it leads from and to; and where the method makes 3D poses,
        ``poses_between_<group>`` ``[n, STEPS, J, 3]``. Nothing if there is a single group.
    """
    assert isinstance(method, Encodes)
    assert isinstance(method, Decodes)
    halves = {group: code.chunk(2) for group, code in method.encode(images).items()}
    if len(halves) == 1:
        return {}, {}
    share = torch.linspace(0, 1, STEPS, device=images.device)[:, None]
    shown, poses = {"ends_between": torch.stack(images.chunk(2), 1)}, {}
    right = mirrored[: len(images) // 2].repeat(STEPS)
    for group, (start, end) in halves.items():
        codes = {other: first.repeat_interleave(STEPS, 0) for other, (first, _) in halves.items()}
        codes[group] = (start[:, None] + share * (end - start)[:, None]).flatten(0, 1)
        shown[f"between_{group}"] = torch.unflatten(method.decode(codes), 0, (-1, STEPS))
        if isinstance(method, DecodesModalities):
            made = {name: of.cpu().numpy() for name, of in method.decode_modalities(codes).items()}
            if has_pose(made):
                pose = torch.from_numpy(pose_of(made, right).astype(np.float32))
                poses[f"poses_between_{group}"] = torch.unflatten(pose, 0, (-1, STEPS))
    return shown, poses
