"""Networks that judge generated images, trained on a dataset's real images and then cached.

A judge depends on the training images and on its training alone, so that it is the same for every
trial, method and seed of a sweep. Trials that run at once wait for the one that trains it.
"""

import hashlib
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from harness.data.cache.arrays import cached
from harness.data.dataset import Split
from harness.data.images import Images

WIDTHS = (32, 48, 64, 96)
"""Channels of the convolutions, each of which halves the image; small images pass fewer."""

HIDDEN = 256
"""Units of the layer between the convolutions and the output."""

_COARSE = 4  # most pixels of an image's smaller side after the last convolution
_AT_ONCE = 500  # images judged at once


class Judge(nn.Module):
    """Convolutions and two linear layers, with BatchNorm: images ``[B, C, H, W]`` to ``[B, n]``."""

    def __init__(self, image_shape: tuple[int, ...], n: int) -> None:
        super().__init__()
        channels, height, width = image_shape
        layers: list[nn.Module] = []
        for before, after in pairwise((channels, *WIDTHS)):
            if min(height, width) <= _COARSE:
                break
            layers += [nn.Conv2d(before, after, 3, 2, 1, bias=False), nn.BatchNorm2d(after)]
            layers.append(nn.ReLU())
            channels, height, width = after, -(-height // 2), -(-width // 2)
        layers += [nn.Flatten(), nn.Linear(channels * height * width, HIDDEN, bias=False)]
        self.features = nn.Sequential(*layers, nn.BatchNorm1d(HIDDEN), nn.ReLU())
        self.output = nn.Linear(HIDDEN, n)

    def forward(self, image: Tensor) -> Tensor:
        """Return ``[B, n]`` for ``[B, C, H, W]`` in [0, 1]."""
        output: Tensor = self.output(self.features(2 * image - 1))
        return output

    def judge(self, images: np.ndarray, device: torch.device) -> Tensor:
        """Return ``[N, n]`` on ``device`` for ``[N, C, H, W]`` uint8."""
        order = torch.split(torch.arange(len(images)), _AT_ONCE)
        return torch.cat([self(batch) for batch in Images(images, device).gathered(order)])


Fit = Callable[[Judge, Images], None]
"""Trains a judge in place on images; draws from generators of its own alone."""


def trained_judge(
    name: str,
    train: Split,
    labels: np.ndarray,
    *,
    n: int,
    device: torch.device,
    fit: Fit,
) -> Judge:
    """Return a judge in evaluation mode, trained now or taken from the cache.

    Args:
        name: readable name, of the metric.
        train: the training images.
        labels: ``[N, ...]``, what ``fit`` teaches of them; other labels make another judge.
        n: numbers in its output.
        device: where it is trained and used.
        fit: trains it; an edit of its module makes a new judge.
    """
    shape = train.images.shape[1:]
    with torch.random.fork_rng(), torch.enable_grad():
        torch.manual_seed(0)
        network = Judge(shape, n).to(device)

        def trained_weights() -> np.ndarray:
            print(f"{name}: its network learns from {len(train)} images, once", file=sys.stderr)
            fit(network.train(), Images(train.images, device))
            state = network.state_dict().values()
            return torch.cat([tensor.float().flatten() for tensor in state]).cpu().numpy()

        key = {"n": str(n), "shape": str(shape), "data": _digest(train.images, labels)}
        weights = cached(f"judge-{name}", key, trained_weights, using=(fit,))
    _load(network, torch.tensor(weights, device=device))
    return network.eval().requires_grad_(False)


def batches(n: int, size: int, epochs: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Yield shuffled indices of ``n`` images in batches of ``size``, for some passes.

    BatchNorm needs two images, so that a single one at the end of a pass is left out.
    """
    for _ in range(epochs):
        order = torch.randperm(n, generator=generator)
        yield from (part for part in torch.split(order, size) if len(part) > 1 or n == 1)


def descend(judge: Judge, losses: Iterator[Tensor], steps: int, lr: float) -> None:
    """Take a step of Adam for each loss; its rate rises for a tenth of them, then falls to 0."""
    adam = torch.optim.Adam(judge.parameters(), lr=lr)
    rate = torch.optim.lr_scheduler.OneCycleLR(adam, lr, total_steps=steps, pct_start=0.1)
    for loss in losses:
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step()
        rate.step()


def _load(judge: Judge, weights: Tensor) -> None:
    start = 0
    for tensor in judge.state_dict().values():
        tensor.copy_(weights[start : start + tensor.numel()].view(tensor.shape))
        start += tensor.numel()


def _digest(*arrays: np.ndarray) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(repr((array.shape, array.dtype.str)).encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
