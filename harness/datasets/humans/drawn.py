"""The drawing of ``humans``: people in clothes, cut out or in the street, and their masks."""

from collections.abc import Mapping

import numpy as np

from harness.datasets.humans.figures import Bodies, bodies_of
from harness.datasets.humans.motions import Motions
from harness.datasets.mannequin.drawn import GLOSS, LIGHT, REACH, materials
from harness.datasets.mannequin.figure import ACCENT, BOTTOM, TOP, Figure
from harness.datasets.mannequin.looks import CLOTHES, PALETTES
from harness.datasets.people.scenes import backgrounds
from harness.drawing.rod_painting import Coat, cut_out_rods
from harness.drawing.rods import Rods
from harness.drawing.shapes import Capsules
from harness.drawing.vectors import unit

_PAPER = np.float32(0.92)  # behind people that are cut out
_CLOTH = (TOP, BOTTOM, ACCENT)

Factors = Mapping[str, np.ndarray]


def render(
    factors: Factors, motions: Motions, side: int, *, street: bool, near: bool = False
) -> np.ndarray:
    """Draw people, each with its mask.

    Args:
        factors: ``subject``, ``clothes``, ``palette``, ``motion``, ``camera``, ``heading``,
            ``wild``, ``scene`` and ``place``, ``[N]`` each.
        motions: what ``motion`` numbers.
        side: height and width of an image, pixels.
        street: whether the people are in a street; else they are cut out, on plain paper.
        near: whether the cameras are near, so that what is farther is smaller.

    Returns:
        ``[N, 4, side, side]`` uint8: red, green, blue, and how much of a pixel the person covers.
    """
    n = len(factors["subject"])
    images = np.empty((n, 4, side, side), np.uint8)
    for clothes in range(len(CLOTHES)):
        rows = np.flatnonzero(factors["clothes"] == clothes)
        if len(rows):
            some = {name: values[rows] for name, values in factors.items()}
            images[rows] = _dressed(some, motions, clothes, side, street=street, near=near)
    return images


def _dressed(
    factors: Factors, motions: Motions, clothes: int, side: int, *, street: bool, near: bool
) -> np.ndarray:
    """Draw people in the same clothes, which have the same parts."""
    bodies = bodies_of(factors, motions, near=near)
    rods, coat = _coated(factors, bodies, clothes)
    light = np.repeat(LIGHT, len(rods.height), axis=0)
    view = bodies.view(side)
    colour, opacity = cut_out_rods((side, side), rods, coat, light, view, reach=REACH)
    behind = np.full_like(colour, _PAPER)
    if street:
        behind = backgrounds(factors["scene"], factors["place"], (side, side))
    image = colour + (1 - opacity[:, None]) * behind
    return np.asarray(np.rint(255 * np.concatenate([image, opacity[:, None]], 1)), np.uint8)


def _coated(factors: Factors, bodies: Bodies, clothes: int) -> tuple[Rods, Coat]:
    """Return the rods of people as the camera sees them, and what they are made of."""
    own = bodies.own
    left = unit(own["left_shoulder"] - own["right_shoulder"] + own["left_hip"] - own["right_hip"])
    up = unit(own["neck"] - own["pelvis"])
    left = unit(left - (left * up).sum(-1, keepdims=True) * up)
    parts = Figure(bodies.sizes, own, clothes, left).parts()
    ends = parts.start, parts.end
    (start, start_larger), (end, end_larger) = (bodies.seen(points) for points in ends)
    height = np.stack([(points @ bodies.turn)[..., 2] for points in ends], axis=-1)
    radius = parts.radius * np.stack([start_larger, end_larger], axis=-1)
    rods = Rods(Capsules(start, end, radius), height)
    colour = _colours(factors)[:, parts.made_of]
    n = len(colour)
    gloss = np.array([GLOSS[kind] for kind in parts.made_of])
    return rods, Coat(colour, np.tile(parts.soft, (n, 1)), np.tile(gloss, (n, 1)))


def _colours(factors: Factors) -> np.ndarray:
    """Return the colours of the materials, ``[N, 6, 3]``: wild people wear other cloths."""
    table = np.array([materials(name) for name in PALETTES])
    colours = table[factors["palette"]]
    wild = factors["wild"].astype(bool)
    for kind in _CLOTH:
        colours[wild, kind] = np.roll(colours[wild, kind], 1, axis=-1)
    return colours
