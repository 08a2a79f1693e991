"""What shoes are made of: colours, materials and how light falls on them."""

import numpy as np

from harness.datasets.shoes.factors import MATERIALS

COLOURS = np.array(
    [
        (0.10, 0.10, 0.11),
        (0.93, 0.92, 0.90),
        (0.38, 0.21, 0.11),
        (0.66, 0.45, 0.26),
        (0.13, 0.19, 0.38),
        (0.64, 0.10, 0.12),
        (0.45, 0.46, 0.48),
        (0.16, 0.42, 0.33),
        (0.88, 0.55, 0.62),
    ]
)
"""Of uppers and of what is sewn onto them."""
SOLES = np.array([(0.95, 0.95, 0.93), (0.12, 0.11, 0.11), (0.72, 0.53, 0.33), (0.36, 0.24, 0.16)])
LINING = np.array([0.62, 0.55, 0.47])

_GLOSS = (0.25, 0.0, 0.03, 0.9)  # by MATERIALS
_SHARP = (14.0, 1.0, 6.0, 45.0)
_AMBIENT = 0.42


def shaded(
    colour: np.ndarray, normals: np.ndarray, light: np.ndarray, gloss: float, sharp: float
) -> np.ndarray:
    """Return colours ``[N, 3]`` of points as lit from one side.

    Args:
        colour: ``[N, 3]``.
        normals: ``[N, 3]`` unit vectors: right, down, nearer.
        light: ``[3]``, the same of the way to the lamp.
        gloss: brightness of the highlight.
        sharp: how small it is.
    """
    straight = np.clip(normals @ light, 0, 1)[:, None]
    halfway = light + np.array([0.0, 0.0, 1.0])
    glint = np.clip(normals @ (halfway / np.linalg.norm(halfway)), 0, 1)[:, None] ** sharp
    lit = colour * (_AMBIENT + (1.02 - _AMBIENT) * straight) + gloss * glint
    return np.asarray(np.clip(lit, 0, 1))


def finish(material: int) -> tuple[float, float]:
    """Return gloss and sharpness of the highlight of a material."""
    return _GLOSS[material], _SHARP[material]


def grain(material: int, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return by what a material's colour varies, a factor near 1 for each point.

    Args:
        material: a number of ``MATERIALS``.
        u: lengths along the surface, in foot lengths.
        v: lengths across it.
    """
    name = MATERIALS[material]
    if name == "canvas":
        return np.asarray(1 + 0.1 * np.sign(np.sin(260 * u) * np.sin(260 * v)))
    if name == "suede":
        rough = np.sin(190 * u + 3 * np.sin(170 * v)) * np.sin(210 * v + 3 * np.sin(150 * u))
        return np.asarray(1 + 0.1 * rough)
    if name == "leather":
        return np.asarray(1 + 0.025 * np.sin(23 * u + 3 * np.sin(17 * v)))
    return np.ones_like(u)


def light_from(turn: float) -> np.ndarray:
    """Return the way to the lamp, above the camera and ``turn`` radians to its side."""
    way = np.array([np.sin(turn), -0.75, 0.9 * np.cos(turn)])
    return np.asarray(way / np.linalg.norm(way))
