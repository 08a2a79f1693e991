"""Small MNIST-like IDX files, written byte by byte for the tests."""

import gzip
import struct
from pathlib import Path

import numpy as np

from harness.datasets.mnist.dataset import TEST_FILES, TRAIN_FILES


def idx_bytes(array: np.ndarray) -> bytes:
    magic = 0x0800 + array.ndim  # unsigned bytes, so many dimensions
    return struct.pack(f">{1 + array.ndim}I", magic, *array.shape) + array.tobytes()


def write(path: Path, content: bytes, *, zipped: bool) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if zipped:
        path = path.with_name(path.name + ".gz")
        content = gzip.compress(content)
    path.write_bytes(content)
    return path


def write_mnist(
    folder: Path, n_train: int = 30, n_test: int = 12, *, zipped: bool = False, seed: int = 0
) -> dict[str, np.ndarray]:
    """Write four files of random images and labels; return their arrays by file name."""
    rng = np.random.default_rng(seed)
    arrays = {}
    for (images, labels), n in ((TRAIN_FILES, n_train), (TEST_FILES, n_test)):
        arrays[images] = rng.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        arrays[labels] = rng.integers(0, 10, n, dtype=np.uint8)
    for name, array in arrays.items():
        write(folder / name, idx_bytes(array), zipped=zipped)
    return arrays
