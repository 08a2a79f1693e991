"""Derives every random generator of a trial from its seed and a purpose."""

import random
import zlib

import numpy as np
import torch


def derive(seed: int, purpose: str) -> int:
    """Return a 63-bit seed for one purpose, independent of every other purpose's."""
    sequence = np.random.SeedSequence([seed, zlib.crc32(purpose.encode())])
    return int(sequence.generate_state(1, np.uint64)[0] >> 1)


def generator(seed: int, purpose: str, device: "torch.device | str" = "cpu") -> "torch.Generator":
    """Return a torch generator on ``device`` for one purpose of a trial."""
    return torch.Generator(device).manual_seed(derive(seed, purpose))


def seed_globals(seed: int) -> None:
    """Seed python's, numpy's and torch's global generators.

    Unbraid's own code draws from none of them but torch's, for initial weights; a method from
    outside may.
    """
    random.seed(derive(seed, "python"))
    np.random.seed(derive(seed, "numpy") % 2**32)  # noqa: NPY002 - the global one is the point
    torch.manual_seed(derive(seed, "init"))
