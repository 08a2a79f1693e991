"""``faces``: procedural portraits with known factors, a counterpart of CelebA."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from harness import keyed_random
from harness.data.dataset import Dataset, SplitName
from harness.data.options import Arrays, ProceduralOptions
from harness.data.remembered import FaceTaskOptions, check_face_tasks, for_face_tasks
from harness.datasets.faces.layers import portrait
from harness.datasets.faces.layout import PERSPECTIVE, SIZE, landmarks, view
from harness.drawing import colours
from harness.drawing.painting import paint

TRAITS = (
    "skin_tone",
    "hair_tone",
    "hair_length",
    "hair_volume",
    "hair_parting",
    "face_width",
    "jaw_width",
    "eye_distance",
    "eye_size",
    "eye_tone",
    "brow_thickness",
    "nose_length",
    "nose_width",
    "lip_thickness",
    "mouth_width",
    "smile",
    "beard",
    "wrinkles",
    "glasses",
    "clothes_hue",
    "background_hue",
    "background_lightness",
    "light",
)
"""The traits of a face, each in [0, 1] from least to most."""
ATTRIBUTES = (
    "male",
    "young",
    "big_lips",
    "big_nose",
    "blond_hair",
    "black_hair",
    "smiling",
    "eyeglasses",
)
"""The attributes of CelebA that follow from the traits."""

_RARE = {"beard": 0.55, "glasses": 0.8}  # the share of faces without

Factors = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class FacesOptions(FaceTaskOptions, ProceduralOptions):
    """Procedural 128x128 portraits in colour: 23 traits, 8 attributes.

    Attributes:
        downscale: 1 gives images of 128 x 128 pixels, 2 of 64 x 64, 4 of 32 x 32.
    """

    name: ClassVar[str] = "faces"
    published_epochs: ClassVar[int] = 5000  # VITAE's CelebA setting, which faces stand in for
    published_batch_size: ClassVar[int] = 256
    appearance_factors: ClassVar[tuple[str, ...]] = (*ATTRIBUTES, *TRAITS)
    pose_factors: ClassVar[tuple[str, ...]] = PERSPECTIVE
    beside: ClassVar[tuple[str, ...]] = ("obscured", "memory", "memory_share", "memory_biased")

    downscale: Literal[1, 2, 4] = 1

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        return 3, SIZE // self.downscale, SIZE // self.downscale

    def load(self, data_root: Path | None) -> Dataset:
        """Return the portraits, drawn once and cached, with boxes and memory as asked for."""
        return for_face_tasks(super().load(data_root), self)

    def check(self, data_root: Path | None) -> None:  # noqa: ARG002 - needs no files
        """Refuse a memory of an attribute that there is not."""
        check_face_tasks(self, ATTRIBUTES, landmarks=True)

    def draw_factors(self, split: SplitName, n: int) -> Arrays:
        """Return attributes, traits and perspective; see :func:`draw_factors`."""
        return draw_factors(split, n, self.seed)

    def draw(self, factors: Factors) -> np.ndarray:
        """Return the portraits as :func:`render` draws them."""
        return render(factors, self.downscale)

    def labels(self, factors: Factors) -> tuple[Arrays, Arrays]:
        """Return the landmarks in pixels; there are no modalities."""
        return landmarks(factors, self.downscale), {}


def draw_factors(split: SplitName, n: int, seed: int = 0, start: int = 0) -> dict[str, np.ndarray]:
    """Return the factors of the images ``start .. start + n - 1``, each ``[n]``.

    The attributes (int64, 0 or 1; see :func:`attributes`); the traits (float32, U(0, 1), but 0 for
    55 % of ``beard`` and 80 % of ``glasses``); ``aspect``, the logarithm of what the face is wider
    than high, U(-0.15, 0.15); ``shift_x`` and ``shift_y`` to the right and down in widths of the
    image, U(-0.07, 0.07); and ``face_scale``, U(0.85, 1.15), in float32.
    """
    u = keyed_random.uniforms(
        f"faces/factors/{split}/{seed}", n, len(TRAITS) + len(PERSPECTIVE), start
    ).T
    traits = dict(zip(TRAITS, u, strict=False))
    for name, without in _RARE.items():
        traits[name] = np.maximum(traits[name] - without, 0) / (1 - without)
    aspect, shift_x, shift_y, scale = 2 * u[len(TRAITS) :] - 1
    seen = {
        "aspect": 0.15 * aspect,
        "shift_x": 0.07 * shift_x,
        "shift_y": 0.07 * shift_y,
        "face_scale": 1 + 0.15 * scale,
    }
    drawn = {name: values.astype(np.float32) for name, values in {**traits, **seen}.items()}
    return {**attributes(drawn), **drawn}


def attributes(traits: Factors) -> dict[str, np.ndarray]:
    """Return the attributes that follow from the traits, each ``[N]`` int64, 0 or 1."""
    masculine = traits["beard"] + traits["jaw_width"] - traits["hair_length"]
    flags = {
        "male": masculine > 0.25,
        "young": traits["wrinkles"] < 0.6,
        "big_lips": traits["lip_thickness"] > 0.65,
        "big_nose": traits["nose_width"] > 0.65,
        "blond_hair": traits["hair_tone"] > 0.75,
        "black_hair": traits["hair_tone"] < 0.25,
        "smiling": traits["smile"] > 0.5,
        "eyeglasses": traits["glasses"] > 0,
    }
    return {name: flags[name].astype(np.int64) for name in ATTRIBUTES}


def render(factors: Factors, downscale: int = 1) -> np.ndarray:
    """Draw faces.

    Args:
        factors: traits and perspective as :func:`draw_factors` returns them, each ``[N]``.
        downscale: how many pixels of the full-size image are one of the result along each axis.

    Returns:
        ``[N, 3, 128 / downscale, 128 / downscale]`` uint8, RGB.
    """
    factors = {n: np.asarray(factors[n], np.float64) for n in (*TRAITS, *PERSPECTIVE)}
    side = SIZE // downscale
    backdrop = colours.hue(
        factors["background_hue"], 0.35, 0.25 + 0.6 * factors["background_lightness"]
    )
    fall = np.linspace(1.1, 0.75, SIZE).reshape(side, downscale).mean(1)[:, None]
    background = np.clip(backdrop[:, :, None, None] * fall, 0, 1).astype(np.float32)
    aside = 1.2 * (factors["light"] - 0.5)
    light = np.stack([aside, 0 * aside - 0.35, 0 * aside + 1], axis=-1)
    return paint(
        np.broadcast_to(background, (*background.shape[:3], side)),
        portrait(factors),
        light / np.linalg.norm(light, axis=1, keepdims=True),
        view(factors, downscale),
    )
