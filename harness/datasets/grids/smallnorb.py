"""``smallnorb``: small NORB as disentanglement_lib has it, from small NORB's own files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from harness.data.identity_frames import IdentityFrames
from harness.datasets.grids.indexing import Grid, require_each_once
from harness.datasets.grids.options import GridImages, GridOptions
from harness.datasets.grids.pixels import SIZE, resized
from harness.datasets.norb.files import FILES, WHERE, read_splits

_AT_ONCE = 1024
_REMEDY = f"{WHERE} The dataset 'norb' needs no files."


@dataclass(frozen=True)
class SmallNorbOptions(GridOptions):
    """Small NORB as benchmarks have it, 48,600 images of toys, 64x64 grey; from its files.

    Both of small NORB's splits are joined, the left camera's images taken, and their 96x96 pixels
    resized by Lanczos' filter, as disentanglement_lib does. The toys of a category are not told
    apart: of each combination of the four factors there are ten images. The identity, and all of
    the appearance, is the category; pose is elevation, azimuth (0-17) and lighting. The dataset
    ``norb`` knows the toys, and keeps those of the test apart.
    """

    name: ClassVar[str] = "smallnorb"
    published_epochs: ClassVar[int] = 439
    published_batch_size: ClassVar[int] = 64
    identity_factor: ClassVar[str] = "category"
    appearance_factors: ClassVar[tuple[str, ...]] = ("category",)
    pose_factors: ClassVar[tuple[str, ...]] = ("elevation", "azimuth", "lighting")
    grid: ClassVar[Grid] = Grid(category=5, instance=10, elevation=9, azimuth=18, lighting=6)
    categorical: ClassVar[tuple[str, ...]] = ("category", "lighting")
    cyclic: ClassVar[Mapping[str, int]] = {"azimuth": 18}
    kept_in: ClassVar[str] = "norb"
    md5s: ClassVar[Mapping[str, str]] = {
        f"{FILES['train']}dat.mat.gz": "66054832f9accfe74a0f4c36a75bc0a2"
    }
    left_out: ClassVar[tuple[str, ...]] = ("instance",)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        return 1, SIZE, SIZE

    def images(self, data_root: Path | None) -> GridImages:
        """Return the images of the files in ``data_root/norb`` or ``data_root``."""
        splits = read_splits(data_root, 1, _REMEDY)
        index = np.concatenate([self.grid.index(_factors(part)) for part in splits.values()])
        key = {
            f"{split} {name}": of for split, part in splits.items() for name, of in part.key.items()
        }
        require_each_once(Path(str(key["train path of info"])).parent, index, self.grid)
        return GridImages("real", key, partial(_read, list(splits.values())), index)


def _factors(part: IdentityFrames) -> dict[str, np.ndarray]:
    """Return the factors of a split, ``[toys * frames]`` each, toy by toy."""
    n_toys, n_frames = len(part.of_identity["identity"]), len(part.of_frame["frame"])
    toys = {name: np.repeat(values, n_frames) for name, values in part.of_identity.items()}
    return toys | {name: np.tile(values, n_toys) for name, values in part.of_frame.items()}


def _read(parts: list[IdentityFrames], rows: np.ndarray) -> Iterator[np.ndarray]:
    """Yield images split by split: one split's pixels are held in memory."""
    start = 0
    for part in parts:
        n_frames = len(part.of_frame["frame"])
        n = len(part.of_identity["identity"]) * n_frames
        of_part = rows[(rows >= start) & (rows < start + n)] - start
        gather = part.open()
        for first in range(0, len(of_part), _AT_ONCE):
            toys, frames = np.divmod(of_part[first : first + _AT_ONCE], n_frames)
            yield resized(gather(toys, frames)[:, 0], "lanczos")[:, None]
        start += n
