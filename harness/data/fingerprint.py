"""Tells two datasets of one name from one another, by their content."""

import hashlib

import numpy as np

from harness.data.dataset import Dataset, Split

HASHED_BYTES = 1 << 20
"""Bytes from the beginning and from the end of an array that stand for its content."""


def fingerprint(dataset: Dataset) -> str:
    """Return 16 hexadecimal digits that differ where two datasets of one name differ.

    Of shapes, dtypes, and the first and last MiB of every array; not of a byte in the middle of
    many.
    """
    digest = hashlib.sha256()
    for split in (dataset.train, dataset.test):
        for name, array in _arrays(split).items():
            digest.update(f"{name} {array.shape} {array.dtype}".encode())
            rows = max(1, HASHED_BYTES // max(1, array[:1].nbytes))
            for part in (array[:rows], array[-rows:]):
                digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()[:16]


def _arrays(split: Split) -> dict[str, np.ndarray]:
    return {"images": split.images, **split.factors, **split.modalities}
