"""``vkitti2``: two frames after one another of Virtual KITTI 2, with depth and motion."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge

from harness.data.cache.arrays import cached
from harness.data.dataset import Dataset, Split, SplitName
from harness.data.files.photographs import decode_resized, decoded, digest_of, opened
from harness.data.options import DatasetOptions
from harness.datasets.scenes.modalities import (
    DEPTH,
    FLOW,
    INTRINSICS,
    MODALITIES,
    MOTION,
    UNPAIRED_DEPTH,
    UNPAIRED_MOTION,
    VISIBLE,
)
from harness.datasets.scenes.vkitti2_files import REMEDY, Drive, find_drives
from harness.errors import CorruptFileError, UserError

FARTHEST = 80.0
"""Metres; what is farther, such as the sky, is taken to be there."""

_CLOSE = 1.05
"""A pixel is hidden in the second frame where something is nearer there by more than this."""
_ALIKE = 1e-3
"""Share by which intrinsics may differ between frames."""

Pair = tuple[Drive, int]


@dataclass(frozen=True)
class Vkitti2Options(DatasetOptions):
    """Virtual KITTI 2: two frames from a driving car, from files, 64x208: six channels.

    An image is red, green and blue of a frame, then of the next, of the left camera; modalities and
    intrinsics are those of ``scenes``. ``flow`` is computed from depth and cameras: it is that of
    the still part of a scene, and not of other cars. The last scene is for the test; of the pairs
    of frames of each split every second one is for depths and motions that belong to no image.

    Attributes:
        size: height to which frames are resized; the width is 3.25 times that.
        variation: the condition: ``clone``, ``fog``, ``rain``, ``sunset`` ...
        n_train: pairs of frames for training, the first; None for all.
        n_test: pairs of frames for the test; None for all.
    """

    name: ClassVar[str] = "vkitti2"
    published_epochs: ClassVar[int] = 100  # none published
    published_batch_size: ClassVar[int] = 64
    modalities: ClassVar[tuple[str, ...]] = MODALITIES

    size: Literal[64, 128] = 64
    variation: str = "clone"
    n_train: Annotated[int, Ge(1)] | None = None
    n_test: Annotated[int, Ge(1)] | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of a frame."""
        return self.size, self.size * 13 // 4

    @property
    def tables(self) -> dict[str, tuple[int, ...]]:
        """Shape of the camera's intrinsics."""
        return {INTRINSICS: (4,)}

    def check(self, data_root: Path | None) -> None:
        """Read the cameras and look for every frame; none is decoded."""
        drives = find_drives(data_root, self.variation)
        _same_camera(drives)

    def load(self, data_root: Path | None) -> Dataset:
        """Return the frames, decoded once and cached."""
        drives = find_drives(data_root, self.variation)
        camera = _same_camera(drives)
        height, width = _size_of(drives[0].rgb(0))
        scale = np.array([self.shape[1] / width, self.shape[0] / height] * 2)
        centre = np.array([0, 0, 0.5, 0.5])  # files count from their corner pixel's centre, too
        intrinsics = ((camera + centre) * scale - centre).astype(np.float32)
        train = self._split("train", _pairs(drives[:-1]), self.n_train, intrinsics)
        test = self._split("test", _pairs(drives[-1:]), self.n_test, intrinsics)
        note = f"Scenes for training: {', '.join(d.folder.parent.name for d in drives[:-1])}."
        tables = {INTRINSICS: intrinsics}
        return Dataset(self.name, "real", train, test, notes=(note,), tables=tables)

    def _split(
        self, split: SplitName, pairs: list[Pair], most: int | None, intrinsics: np.ndarray
    ) -> Split:
        own = pairs[::2][:most]
        others = pairs[1::2] or pairs
        others = [others[i % len(others)] for i in range(len(own))]
        first, second = (self._frames(split, [(d, t + step) for d, t in own]) for step in (0, 1))
        depth, next_depth, other_depth = (
            self._depths(split, some) for some in (own, [(d, t + 1) for d, t in own], others)
        )
        motion, other_motion = (
            np.array([drive.motion(t) for drive, t in some], np.float32) for some in (own, others)
        )
        flow, visible = _moved(depth, next_depth, motion, intrinsics)
        return Split(
            np.concatenate([first, second], axis=1),
            {},
            {
                DEPTH: depth,
                FLOW: flow,
                VISIBLE: visible,
                MOTION: motion,
                UNPAIRED_DEPTH: other_depth,
                UNPAIRED_MOTION: other_motion,
            },
        )

    def _frames(self, split: str, which: Sequence[Pair]) -> np.ndarray:
        """Return pictures, ``[N, 3, H, W]`` uint8."""
        paths = [drive.rgb(t) for drive, t in which]
        return self._cached(f"rgb-{split}", paths, partial(decode_resized, size=self.shape))

    def _depths(self, split: str, which: Sequence[Pair]) -> np.ndarray:
        """Return depths, ``[N, 1, H, W]`` float32 metres."""
        paths = [drive.depth(t) for drive, t in which]
        return self._cached(f"depth-{split}", paths, partial(_decoded_depth, size=self.shape))

    def _cached(
        self, label: str, paths: Sequence[Path], decode: "partial[np.ndarray]"
    ) -> np.ndarray:
        root = Path("/")
        names = [str(path.resolve().relative_to(root)) for path in paths]
        about = {"files": digest_of(root, names, REMEDY), "size": self.size}

        def make() -> np.ndarray:
            return np.concatenate(list(decoded(root, names, decode))).transpose(0, 3, 1, 2)

        return cached(f"{self.name}-{label}", about, make, using=(decode.func,))


def _pairs(drives: Sequence[Drive]) -> list[Pair]:
    return [(drive, t) for drive in drives for t in range(len(drive.numbers) - 1)]


def _same_camera(drives: Sequence[Drive]) -> np.ndarray:
    """Return the intrinsics of all frames, ``[4]``.

    Raises:
        UserError: they differ.
    """
    every = np.concatenate([drive.intrinsics for drive in drives])
    if (np.abs(every - every[0]) > _ALIKE * np.abs(every[0])).any():
        raise UserError(
            "The dataset 'vkitti2': frames were taken with different intrinsics, and a method is "
            "told one camera of all. Keep the scenes of one camera in the folder."
        )
    return np.asarray(every[0])


def _size_of(path: Path) -> tuple[int, int]:
    with opened(path) as image:
        return image.height, image.width


def _decoded_depth(path: Path, size: tuple[int, int]) -> np.ndarray:
    """Return the depth of a file of 16 bits in cm, ``[H, W, 1]`` float32 metres.

    Each pixel has the depth at its middle: a mean over an edge would be a depth of nothing.
    """
    with opened(path) as image:
        values = np.asarray(image)
    if values.ndim != 2 or values.dtype.itemsize < 2:
        raise CorruptFileError(f"{path} is no picture of one channel of 16 bits. Fetch it again.")
    height, width = size
    rows = ((np.arange(height) + 0.5) * len(values) / height).astype(np.int64)
    columns = ((np.arange(width) + 0.5) * values.shape[1] / width).astype(np.int64)
    metres = values[rows[:, None], columns].astype(np.float32) / 100
    kept: np.ndarray = np.minimum(metres, FARTHEST)[..., None]
    return kept


def _moved(
    depth: np.ndarray, next_depth: np.ndarray, motion: np.ndarray, intrinsics: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the flow of what stands still, and which pixels the next frame shows."""
    import torch

    from models.renderers.rigid import back_projected, rigid_flow

    given = [torch.from_numpy(np.array(each)) for each in (depth, motion, intrinsics)]
    far, moved, camera = given
    turn, step = moved[:, :9].reshape(-1, 3, 3), moved[:, 9:]
    flow = rigid_flow(far, turn, step, camera).numpy()
    points = back_projected(far, camera).flatten(2)
    reached = (turn @ points + step[..., None])[:, 2].reshape(far.shape).numpy()
    n, _, height, width = depth.shape
    rows, columns = np.indices((height, width))
    x, y = np.rint(columns + flow[:, 0]), np.rint(rows + flow[:, 1])
    within = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    at = np.clip(y, 0, height - 1).astype(np.int64), np.clip(x, 0, width - 1).astype(np.int64)
    there = next_depth[np.arange(n)[:, None, None], 0, at[0], at[1]]
    visible = within & (reached[:, 0] > 0) & (reached[:, 0] < _CLOSE * there)
    return flow, visible[:, None].astype(np.float32)
