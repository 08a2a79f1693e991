"""Threads, memory and garbage collection of a process that trains, set once."""

import ctypes
import os
import sys

import torch
from threadpoolctl import threadpool_limits

from harness.garbage import collect_as_usual

KEPT = 1 << 30
"""Bytes of freed memory that stay with the process."""

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Parameters of glibc's ``mallopt``, see ``malloc.h``."""


def prepare_process(threads: int) -> None:
    """Limit a process to so many CPU threads, and keep freed memory for the next training step.

    Limited are torch and the libraries below NumPy, SciPy and scikit-learn, those that are loaded
    already and those that metrics will load: else each trial takes all processors for its probes,
    and trials that run side by side fight over them.

    A step frees what the next one needs again. By default glibc returns large blocks to the system,
    which clears every page before it hands it out again: 6 to 16 % of a step at batch 512. Other C
    libraries are left as they are.
    """
    collect_as_usual()
    torch.set_num_threads(threads)
    threadpool_limits(threads)
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(threads)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(TRIM_THRESHOLD, KEPT)
        mallopt(MMAP_THRESHOLD, KEPT)
