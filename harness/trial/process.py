"""Threads and memory of a process that trains, set once."""

import ctypes
import sys

import torch

KEPT = 1 << 30
"""Bytes of freed memory that stay with the process."""

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Parameters of glibc's ``mallopt``, see ``malloc.h``."""


def prepare_process(threads: int) -> None:
    """Limit torch to so many CPU threads, and keep freed memory for the next training step.

    A step frees what the next one needs again. By default glibc returns large blocks to the system,
    which clears every page before it hands it out again: 6 to 16 % of a step at batch 512. Other C
    libraries are left as they are.
    """
    torch.set_num_threads(threads)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(TRIM_THRESHOLD, KEPT)
        mallopt(MMAP_THRESHOLD, KEPT)
