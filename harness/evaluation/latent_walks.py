"""Pictures along walks through the latent space of a method."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from harness.evaluation.skeletons import JOINTS_OF_PEOPLE, seen_from_the_front
from harness.metrics.hands.poses import has_pose, pose_from
from models.method import Method
from models.protocols import Decodes, DecodesModalities, Encodes

WALK, WALK_END = 9, 2.5
"""Images of a walk along one latent dimension, which leads from ``-WALK_END`` to ``WALK_END``."""

MOST_DIMENSIONS = 8
"""Most dimensions of a latent group that are walked along: those of largest divergence."""

STEPS, PAIRS = 10, 2
"""Images of a walk from the code of one image to that of another, and the number of such walks."""


def along_dimensions(
    method: Decodes, codes: Mapping[str, Tensor], kl: Mapping[str, Tensor]
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Walk along single dimensions, all others at the prior's mean, 0.

    After VITAE, supplement, Figures 4 and 7.

    Args:
        method: the trained method.
        codes: by latent group; only their sizes matter.
        kl: ``kl_<group>`` ``[d]``, the divergence of each dimension; without it the first ones are
            walked along.

    Returns:
        ``walk_<group>`` ``[n, WALK, C, H, W]``, and ``dimensions_<group>`` ``[n]``, the dimensions
        walked along, those of largest divergence first.
    """
    sizes = {group: code.shape[1] for group, code in codes.items()}
    device = next(iter(codes.values())).device
    steps = torch.linspace(-WALK_END, WALK_END, WALK, device=device)
    walks, dimensions = {}, {}
    for group, d in sizes.items():
        divergence = kl.get(f"kl_{group}", torch.zeros(d, device=device))
        chosen = divergence.argsort(descending=True, stable=True)[:MOST_DIMENSIONS]
        n = len(chosen) * WALK
        at_zero = {other: torch.zeros(n, size, device=device) for other, size in sizes.items()}
        moved = torch.eye(d, device=device)[chosen, None] * steps[:, None]
        images = method.decode({**at_zero, group: moved.flatten(0, 1)})
        walks[f"walk_{group}"] = torch.unflatten(images, 0, (-1, WALK))
        dimensions[f"dimensions_{group}"] = chosen.int()
    return walks, dimensions


def between_images(
    method: Method, images: Tensor, mirrored: np.ndarray
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Walk from the codes of some images to those of others, one latent group at a time.

    After dVAE, supplement, Figures 2 to 4: the code of one group is interpolated linearly between
    two images, and the codes of all other groups stay those of the first.

    Args:
        method: encodes and decodes.
        images: ``[2 n, C, H, W]``; image i is the start of a walk, image n + i its end.
        mirrored: ``[2 n]`` bool, hands whose canonical pose is a mirror image. Codes do not say so:
            along a walk the hand is that of the start.

    Returns:
        ``between_<group>`` ``[n, STEPS, C, H, W]``, and ``ends_between`` ``[n, 2, C, H, W]``, the
        first and the last image; and where the method decodes 3D poses,
        ``poses_between_<group>`` ``[n, STEPS, J, 3]``, or sketches, ``sketches_between_<group>``
        ``[n, STEPS, 1, H, W]``. Nothing if there is a single group.
    """
    assert isinstance(method, Encodes)
    assert isinstance(method, Decodes)
    halves = {group: code.chunk(2) for group, code in method.encode(images).items()}
    if len(halves) == 1:
        return {}, {}
    share = torch.linspace(0, 1, STEPS, device=images.device)[:, None]
    pictures, poses = {"ends_between": torch.stack(images.chunk(2), 1)}, {}
    mirrored_at_start = mirrored[: len(images) // 2].repeat(STEPS)
    for group, (start, end) in halves.items():
        codes = {other: first.repeat_interleave(STEPS, 0) for other, (first, _) in halves.items()}
        codes[group] = (start[:, None] + share * (end - start)[:, None]).flatten(0, 1)
        pictures[f"between_{group}"] = torch.unflatten(method.decode(codes), 0, (-1, STEPS))
        if isinstance(method, DecodesModalities):
            decoded = method.decode_modalities(codes)
            if "sketch" in decoded:
                drawn = torch.unflatten(decoded["sketch"], 0, (-1, STEPS))
                pictures[f"sketches_between_{group}"] = drawn
            pose = _pose(decoded, mirrored_at_start)
            if pose is not None:
                poses[f"poses_between_{group}"] = torch.unflatten(pose, 0, (-1, STEPS))
    return pictures, poses


def _pose(decoded: Mapping[str, Tensor], mirrored: np.ndarray) -> Tensor | None:
    """Return the decoded poses of hands or of people, ``[N, J, 3]``; None if there are none."""
    modalities = {name: tensor.cpu().numpy() for name, tensor in decoded.items()}
    own = modalities.get("joints_3d", modalities.get("cpose"))
    if own is not None and own.shape[1] in JOINTS_OF_PEOPLE:
        pose = seen_from_the_front(modalities)
    else:
        pose = pose_from(modalities, mirrored) if has_pose(modalities) else None
    return None if pose is None else torch.from_numpy(pose.astype(np.float32))
