"""The drawing of the procedural hands."""

from collections.abc import Mapping

import numpy as np

from harness.datasets.hands.procedural.camera import Scene, rods, scene_of
from harness.datasets.hands.procedural.flesh import NAIL, PALM, SKIN, SLEEVE
from harness.datasets.hands.procedural.scenes import SIDE, backgrounds
from harness.drawing import colours
from harness.drawing.painting import View
from harness.drawing.rod_painting import Coat, paint_rods

_NAIL = (0.93, 0.72, 0.66)
_SOFT = {
    SKIN: 4.0,
    PALM: 9.0,
    NAIL: 0.3,
    SLEEVE: 5.0,
}  # pixels of the full-size image, like the next
_REACH = 9.0
_GLOSS = {SKIN: 0.12, PALM: 0.08, NAIL: 0.4, SLEEVE: 0.0}

Factors = Mapping[str, np.ndarray]


def render(factors: Factors, downscale: int = 1) -> np.ndarray:
    """Draw hands.

    Args:
        factors: as ``factors.draw_factors`` returns them, each ``[N]``.
        downscale: how many pixels of the full-size image are one of the result along each axis.

    Returns:
        ``[N, 3, 256 / downscale, 256 / downscale]`` uint8, RGB.
    """
    n, lamp, scene = len(factors["frame"]), _lamp(factors), scene_of(factors)
    view = View(np.full((n, 2), 1 / downscale), np.full((n, 2), SIDE / 2 / downscale))
    behind = backgrounds(factors["background"], factors["place"])
    d = downscale
    # Summed pixel by pixel: numpy's means add in an order that depends on the number of images.
    pooled = sum(behind[:, :, i::d, j::d] for i in range(d) for j in range(d)) / np.float32(d * d)
    lit = np.clip(pooled * lamp[:, :, None, None].astype(np.float32), 0, 1)
    return paint_rods(
        lit, rods(scene), _coat(factors, scene, lamp), _to_lamp(factors), view, reach=_REACH
    )


def _coat(factors: Factors, scene: Scene, lamp: np.ndarray) -> Coat:
    kinds = scene.flesh.made_of
    skin = colours.skin(factors["skin_tone"])
    value = 0.15 + 0.7 * factors["sleeve_value"]
    colour_of = {
        SKIN: skin,
        PALM: skin,
        NAIL: colours.mixed(skin, _NAIL, 0.45),
        SLEEVE: colours.hue(factors["sleeve_hue"], 0.55, value),
    }
    colour = np.stack([np.clip(colour_of[kind] * lamp, 0, 1) for kind in kinds], axis=1)
    n = len(colour)
    soft, gloss = (np.tile([of[kind] for kind in kinds], (n, 1)) for of in (_SOFT, _GLOSS))
    return Coat(colour, soft, gloss)


def _lamp(factors: Factors) -> np.ndarray:
    """Return the colour of the light, ``[N, 3]`` about 1."""
    warm = np.asarray(factors["warmth"], np.float64)[:, None]
    return np.asarray(1 + warm * np.array([0.08, 0.0, -0.14]))


def _to_lamp(factors: Factors) -> np.ndarray:
    x, y = (np.asarray(factors[f"light_{axis}"], np.float64) for axis in "xy")
    return np.stack([x, y, np.sqrt(1 - x * x - y * y)], axis=-1)
