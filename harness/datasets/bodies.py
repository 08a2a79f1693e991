"""``bodies``: procedural figures in four poses, a counterpart of VITAE's renderings of SMPL."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np

from harness import keyed_random
from harness.data.dataset import Dataset, SplitName
from harness.data.options import Arrays, ProceduralOptions
from harness.drawing.body import figure, joints, measures
from harness.drawing.painting import Layer, View, paint
from models.hyperparameters import Added

HEIGHT, WIDTH = 400, 200
"""Of a full-size image, pixels."""
SHAPE_FACTORS = tuple(f"shape_{i}" for i in range(10))
"""The shape coefficients: stature, girth, legs against torso, and seven more."""
ANGLES = {
    "left_shoulder": (-np.pi / 8, -np.pi / 16, np.pi / 16, np.pi / 8),
    "right_shoulder": (np.pi / 8, np.pi / 16, -np.pi / 16, -np.pi / 8),
    "left_arm": (-np.pi / 3.5, -np.pi / 3.5, np.pi / 3.5, np.pi / 3.5),
    "right_arm": (np.pi / 3.5, np.pi / 3.5, -np.pi / 3.5, -np.pi / 3.5),
}
"""Joint angles of the four poses, radians (VITAE, supplement, Table 2)."""

_SHAPE_DEVIATION = 1.25  # VITAE's, of each shape coefficient
_GREY = 0.9
_LIGHT = (0.0, -0.28, 0.96)  # from above, and from neither side: mirrored poses mirror the image

Factors = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class BodiesOptions(ProceduralOptions):
    """Procedural 400x200 human figures: ten shape coefficients, four poses.

    Attributes:
        downscale: 1 gives images of 400 x 200 pixels, 2 of 200 x 100, 4 of 100 x 50.
        appearance: which of the two kinds of factors is a score's appearance; the other one is its
            pose, VITAE's perspective. ``pose`` is as on VITAE's poster ("disentangle body pose
            (appearance) and shape (perspective)"), ``shape`` the reverse, as the words suggest.
    """

    name: ClassVar[str] = "bodies"
    published_epochs: ClassVar[int] = 5000  # VITAE's SMPL setting, which bodies stand in for
    published_batch_size: ClassVar[int] = 256
    appearance_factors: ClassVar[tuple[str, ...]] = ("pose", *ANGLES)
    pose_factors: ClassVar[tuple[str, ...]] = SHAPE_FACTORS

    downscale: Literal[1, 2, 4] = 1
    appearance: Annotated[Literal["pose", "shape"], Added(before="shape")] = "pose"

    def load(self, data_root: Path | None) -> Dataset:
        """Return the images, drawn once and cached."""
        return assigned(super().load(data_root), self.appearance)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        return 1, HEIGHT // self.downscale, WIDTH // self.downscale

    def draw_factors(self, split: SplitName, n: int) -> Arrays:
        """Return shape coefficients, pose and joint angles; see :func:`draw_factors`."""
        return draw_factors(split, n, self.seed)

    def draw(self, factors: Factors) -> np.ndarray:
        """Return the figures as :func:`render` draws them."""
        return render(factors, self.downscale)


def assigned(dataset: Dataset, appearance: Literal["pose", "shape"]) -> Dataset:
    """Return a dataset of bodies with the factors of one kind as those of its appearance."""
    kinds = ("pose", *ANGLES), SHAPE_FACTORS
    first, second = kinds if appearance == "pose" else kinds[::-1]
    return replace(dataset, appearance_factors=first, pose_factors=second)


def draw_factors(split: SplitName, n: int, seed: int = 0, start: int = 0) -> dict[str, np.ndarray]:
    """Return the factors of the images ``start .. start + n - 1``, each ``[n]``.

    ``shape_0`` to ``shape_9``, N(0, 1.25^2) float32; ``pose`` 0-3 int64, each as likely; and the
    joint angles of that pose in float32, by the names in :data:`ANGLES`.
    """
    from scipy.special import ndtri

    u = keyed_random.uniforms(f"bodies/factors/{split}/{seed}", n, 1 + len(SHAPE_FACTORS), start).T
    pose = (4 * u[0]).astype(np.int64)
    shape = (_SHAPE_DEVIATION * ndtri(u[1:])).astype(np.float32)
    angles = {name: np.array(each, np.float32)[pose] for name, each in ANGLES.items()}
    return {**dict(zip(SHAPE_FACTORS, shape, strict=True)), "pose": pose, **angles}


def render(factors: Factors, downscale: int = 1) -> np.ndarray:
    """Draw bodies.

    Args:
        factors: as :func:`draw_factors` returns them, each ``[N]``; ``pose`` is not read.
        downscale: how many pixels of the full-size image are one of the result along each axis.

    Returns:
        ``[N, 1, 400 / downscale, 200 / downscale]`` uint8, a grey figure on black.
    """
    factors = {name: np.asarray(values, np.float64) for name, values in factors.items()}
    sizes = measures(np.stack([factors[name] for name in SHAPE_FACTORS], axis=-1))
    n = len(sizes["torso"])
    body, blend = figure(sizes, joints(sizes, factors))
    black = np.zeros((1, 1, HEIGHT // downscale, WIDTH // downscale), np.float32)
    return paint(
        np.broadcast_to(black, (n, *black.shape[1:])),
        [Layer(body, np.full((n, 1), _GREY), np.ones(n), blend=blend, relief=1.0)],
        np.broadcast_to(np.array(_LIGHT), (n, 3)),
        View(np.full((n, 2), 1 / downscale), np.zeros((n, 2))),
    )
