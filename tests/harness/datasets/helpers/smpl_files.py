"""Small files in the form of VITAE's renderings of SMPL bodies, written for the tests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

N_TRAIN, N_TEST = 5, 3


def pixels(n: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(n).integers(0, 256, (n, *(shape or (400, 200))), dtype=np.uint8)


def labels(n: int) -> np.ndarray:
    rng = np.random.default_rng(n)
    return np.column_stack(
        [rng.normal(0, 1.25, (n, 10)), rng.integers(0, 4, n), rng.random((n, 4))]
    )


def write_smpl(
    root: Path, make: Callable[[int], dict[str, np.ndarray]] | None = None, save: Any = np.savez
) -> Path:
    """Write both files with the arrays that ``make`` returns for a number of images."""
    folder = root / "smpl"
    folder.mkdir(exist_ok=True)
    for name, n in (("training", N_TRAIN), ("testing", N_TEST)):
        arrays = {"data": pixels(n), "labels": np.arange(n) % 2}
        save(folder / f"{name}.npz", **{**arrays, **(make(n) if make else {})})
    return folder / "training.npz"
