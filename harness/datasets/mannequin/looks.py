"""The appearance of ``mannequin``: builds, clothes and palettes."""

from dataclasses import dataclass

import numpy as np

from harness.drawing.body import STATURE, measures

Colour = tuple[float, float, float]

_STANDING = ("shin", "thigh", "torso", "neck")  # and twice the radius of the head
_THICKER = {"arm_girth": 1.5, "leg_girth": 1.25, "head": 1.4, "hips": 1.25}
"""By how much some measures are those of a toy: thin limbs would be gone at 32x32."""

BUILDS: dict[str, dict[int, float]] = {
    "slender": {1: -2.0, 3: -1.0, 4: -3.0, 2: 1.0},
    "stout": {1: 4.5, 4: 5.0, 2: -2.0},
    "athletic": {3: 5.0, 5: 5.0, 6: 2.5, 9: 4.0, 4: -4.0},
    "child": {8: 9.0, 2: -5.0, 7: -3.0, 1: 1.0},
}
"""The shape coefficients of each build, by their number; see ``harness.drawing.body``."""


@dataclass(frozen=True)
class Palette:
    """Colours in [0, 1] where the light falls straight on them."""

    top: Colour
    bottom: Colour
    accent: Colour
    hair: Colour
    skin: Colour


PALETTES: dict[str, Palette] = {
    "red": Palette(
        (0.86, 0.20, 0.17),
        (0.17, 0.21, 0.38),
        (0.96, 0.85, 0.55),
        (0.16, 0.10, 0.07),
        (0.95, 0.78, 0.65),
    ),
    "blue": Palette(
        (0.20, 0.45, 0.86),
        (0.74, 0.66, 0.52),
        (0.93, 0.45, 0.16),
        (0.87, 0.70, 0.36),
        (0.97, 0.84, 0.74),
    ),
    "green": Palette(
        (0.20, 0.62, 0.33),
        (0.36, 0.22, 0.14),
        (0.90, 0.90, 0.86),
        (0.07, 0.06, 0.07),
        (0.52, 0.34, 0.24),
    ),
    "yellow": Palette(
        (0.97, 0.79, 0.18),
        (0.25, 0.42, 0.50),
        (0.60, 0.14, 0.30),
        (0.50, 0.22, 0.10),
        (0.84, 0.62, 0.46),
    ),
    "violet": Palette(
        (0.56, 0.30, 0.72),
        (0.16, 0.16, 0.18),
        (0.36, 0.80, 0.78),
        (0.90, 0.89, 0.90),
        (0.72, 0.50, 0.37),
    ),
}
"""The colours of each palette, named after the top."""

CLOTHES = ("shorts", "suit", "dress", "hiker")
"""Short sleeves and shorts; long ones; a dress; long sleeves, shorts, a rucksack and a hat."""


def sizes_of(build: np.ndarray) -> dict[str, np.ndarray]:
    """Return lengths and radii of builds ``[N]``, ``[N]`` each, of equal statures."""
    table = np.zeros((len(BUILDS), 10))
    for row, coefficients in enumerate(BUILDS.values()):
        table[row, list(coefficients)] = list(coefficients.values())
    sizes = {name: values * _THICKER.get(name, 1.0) for name, values in measures(table).items()}
    height = sum(sizes[name] for name in _STANDING) + 2 * sizes["head"]
    return {name: (values * STATURE / height)[build] for name, values in sizes.items()}
