"""``scenes``: a camera moves through still scenes of textured rectangles."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge

from harness.data.cache.arrays import cached
from harness.data.dataset import Dataset, Split, SplitName
from harness.data.options import Arrays, ProceduralOptions
from harness.datasets.scenes.drawn import Lens, depths, flows, frames
from harness.datasets.scenes.layouts import Layouts, layouts
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

_AT_ONCE = 32


@dataclass(frozen=True)
class ScenesOptions(ProceduralOptions):
    """Two frames from a moving camera, procedural, 64x96: six channels.

    A ground, three to eight textured rectangles on it, 4 to 40 m away, and a wall behind them, all
    cast ray by ray; nothing moves but the camera, by 0.8 m ahead, more or less, and a turn of about
    a degree. An image is red, green and blue of the first frame, then of the second. Modalities are
    ``depth``, ``flow``, ``visible`` and ``motion``, and ``unpaired_depth`` and ``unpaired_motion``
    of other scenes; what is known of all of it is ``intrinsics``, the camera
    (``harness/datasets/scenes/modalities.py``). Factors are how many rectangles there are, and the
    second camera's place (metres) and turn (degrees).

    Attributes:
        size: height of a frame; it is half as wide again.
        n_train: pairs of frames for training.
        n_test: pairs of frames for the test.
    """

    name: ClassVar[str] = "scenes"
    published_epochs: ClassVar[int] = 100  # none published
    published_batch_size: ClassVar[int] = 64
    modalities: ClassVar[tuple[str, ...]] = MODALITIES
    appearance_factors: ClassVar[tuple[str, ...]] = ("n_objects",)
    pose_factors: ClassVar[tuple[str, ...]] = ("right", "down", "ahead", "pitch", "yaw", "roll")

    size: Literal[32, 64, 128] = 64
    n_train: Annotated[int, Ge(1)] = 4000

    @property
    def lens(self) -> Lens:
        """The camera of both frames."""
        return Lens(self.size, self.size * 3 // 2)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels of both frames, height and width."""
        return 6, self.lens.height, self.lens.width

    @property
    def tables(self) -> dict[str, tuple[int, ...]]:
        """Shape of the camera's intrinsics."""
        return {INTRINSICS: (4,)}

    def load(self, data_root: Path | None) -> Dataset:
        """Return the frames, drawn once and cached, with the camera."""
        dataset = super().load(data_root)
        dataset.tables[INTRINSICS] = self.lens.intrinsics
        return dataset

    def draw_factors(self, split: SplitName, n: int) -> Arrays:
        """Return ``n_objects`` int64, and place and turn of the second camera, float32."""
        from scipy.spatial.transform import Rotation

        scenes = layouts(self._key(split), 0, n)
        turns = np.degrees(Rotation.from_matrix(scenes.turn).as_rotvec())
        numbers = np.concatenate([scenes.step, turns], axis=1).astype(np.float32).T
        return {"n_objects": scenes.n_objects, **dict(zip(self.pose_factors, numbers, strict=True))}

    def chunks(self, split: SplitName, factors: Mapping[str, np.ndarray]) -> Iterator[np.ndarray]:
        """Yield both frames of all scenes of a split."""
        n = len(factors["n_objects"])
        return (frames(some, self.lens) for some in _portions(self._key(split), n))

    def _split(self, split: SplitName, n: int) -> Split:
        plain = super()._split(split, n)
        own, others = self._key(split), self._key(f"unpaired/{split}")
        flow, visible = (
            self._cached(f"{name}-{split}", own, n, of)
            for name, of in (
                (FLOW, lambda scenes: flows(scenes, self.lens)[0]),
                (VISIBLE, lambda scenes: flows(scenes, self.lens)[1]),
            )
        )
        depth_of = partial(depths, lens=self.lens)
        modalities = {
            DEPTH: self._cached(f"{DEPTH}-{split}", own, n, depth_of),
            FLOW: flow,
            VISIBLE: visible,
            MOTION: layouts(own, 0, n).motion().astype(np.float32),
            UNPAIRED_DEPTH: self._cached(f"{UNPAIRED_DEPTH}-{split}", others, n, depth_of),
            UNPAIRED_MOTION: layouts(others, 0, n).motion().astype(np.float32),
        }
        return Split(plain.images, plain.factors, modalities)

    def _cached(
        self, label: str, key: str, n: int, of: Callable[[Layouts], np.ndarray]
    ) -> np.ndarray:
        """Return what a function makes of scenes, some at a time, memory-mapped."""
        about: dict[str, str | int | float] = {"key": key, "n": n, "size": self.size}
        return cached(
            f"{self.name}-{label}",
            about,
            lambda: np.concatenate([of(some) for some in _portions(key, n)]),
        )

    def _key(self, part: str) -> str:
        return f"{self.name}/{part}/{self.seed}"


def _portions(key: str, n: int) -> Iterator[Layouts]:
    """Yield the first ``n`` scenes of a stream, some at a time."""
    for start in range(0, n, _AT_ONCE):
        yield layouts(key, start, min(_AT_ONCE, n - start))
