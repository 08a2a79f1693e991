"""Small files in CelebA's formats, written for the tests."""

from pathlib import Path

import numpy as np
from PIL import Image

from harness.datasets.celeba.dataset import ATTRIBUTES, FOLDER, LANDMARKS, PARTITION

NAMES = ("5_o_Clock_Shadow", "Male", "Young", "Smiling", *(f"Attr_{i}" for i in range(36)))
COLUMNS = tuple(
    f"{point}_{axis}"
    for point in ("lefteye", "righteye", "nose", "leftmouth", "rightmouth")
    for axis in "xy"
)
PARTS = (0, 0, 1, 0, 2, 0, 1, 2, 0, 0, 2, 0)
N = len(PARTS)


def file_names(n: int = N) -> list[str]:
    return [f"{i:06d}.jpg" for i in range(1, n + 1)]


def attributes(n: int = N) -> np.ndarray:
    return np.random.default_rng(1).choice([-1, 1], (n, 40))


def landmarks(n: int = N) -> np.ndarray:
    """Return five points a face, ``[n, 10]``; the right eye and corner are right of the left."""
    rng = np.random.default_rng(2)
    points = rng.integers(30, 110, (n, 10))
    points[:, 2], points[:, 8] = points[:, [0, 6]].T + rng.integers(20, 40, (2, n))
    return points


def photograph(i: int) -> np.ndarray:
    """Return a smooth image ``[218, 178, 3]`` that JPEG keeps to a grey level or two."""
    y, x = np.mgrid[:218, :178]
    red, green = 40 + 0.5 * x + 4 * (i % 9), 220 - 0.6 * y
    return np.stack([red, green, np.full_like(red, 20 * (i % 12))], axis=-1).astype(np.uint8)


def write_table(path: Path, header: tuple[str, ...], values: np.ndarray) -> Path:
    rows = zip(file_names(len(values)), values.reshape(len(values), -1), strict=True)
    lines = [f"{name} {'  '.join(f'{v:2d}' for v in row)}" for name, row in rows]
    first = [str(len(values)), " ".join(header)] if header else []
    path.write_text("\n".join([*first, *lines]) + "\n")
    return path


def write_celeba(root: Path, *, with_landmarks: bool = True, with_partition: bool = True) -> Path:
    """Write images and tables into ``root/celeba`` and return that folder."""
    folder = root / "celeba"
    (folder / FOLDER).mkdir(parents=True)
    for i, name in enumerate(file_names()):
        Image.fromarray(photograph(i)).save(folder / FOLDER / name, quality=95, subsampling=0)
    write_table(folder / ATTRIBUTES, NAMES, attributes())
    if with_landmarks:
        write_table(folder / LANDMARKS, COLUMNS, landmarks())
    if with_partition:
        write_table(folder / PARTITION, (), np.array(PARTS))
    return folder
