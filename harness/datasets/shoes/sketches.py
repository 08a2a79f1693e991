"""The sketches of ``shoes``: lines of a shoe as an unsteady hand draws them."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import contourpy
import numpy as np
from scipy import ndimage

from harness import keyed_random
from harness.datasets.shoes.drawn import camera_of, solid
from harness.datasets.shoes.form import Shoe
from harness.datasets.shoes.parts import seams
from harness.datasets.shoes.view import Camera, Canvas

_SIDE = 160  # pixels of the canvas on which lines are found, whatever the size of the images
_HIDDEN = 0.03  # foot lengths that something else must be nearer
_SHORTEST = 0.025  # of the width; shorter lines are not drawn
_PIECES = 4  # strokes of an outline
_OVERSHOT = 0.02  # of an outline, by which one stroke goes on beyond the next one's beginning

_OF_SKETCH, _OF_STROKE, _MOST_STROKES = 8, 8, 48
_WIDTH = {64: 1.2, 224: 2.6}  # of strokes, pixels
_FINER = 4
_INK = 0.4  # the share of a pixel that must be covered


@dataclass(frozen=True, eq=False)
class Line:
    """A line of a shoe in the image.

    Attributes:
        points: ``[P, 2]``, x and y in widths of the image.
        minor: whether a sketch may do without it.
    """

    points: np.ndarray
    minor: bool


def sketches(
    factors: Mapping[str, np.ndarray],
    photograph: np.ndarray,
    number: np.ndarray,
    key: str,
    side: int,
) -> np.ndarray:
    """Draw sketches.

    Args:
        factors: of the photographs.
        photograph: ``[N]``, the row of ``factors`` that each sketch shows; the same ones in a row.
        number: ``[N]``, the place of each sketch in the stream of random numbers.
        key: names that stream.
        side: height and width, 64 or 224 pixels.

    Returns:
        ``[N, 1, side, side]`` uint8: 255 on strokes, else 0.
    """
    drawn = np.empty((len(photograph), 1, side, side), np.uint8)
    shown, lines = -1, []
    for row, (which, place) in enumerate(zip(photograph, number, strict=True)):
        if which != shown:
            shown, lines = which, lines_of(factors, int(which))
        drawn[row, 0] = inked(by_hand(lines, key, int(place)), side)
    return drawn


def lines_of(factors: Mapping[str, np.ndarray], row: int) -> list[Line]:
    """Return the lines that are seen of a shoe: its outlines, its openings, its seams."""
    shoe = Shoe.of(factors, row)
    camera = camera_of(shoe, factors, row, _SIDE)
    canvas = solid(shoe, camera, _SIDE)
    covered = ndimage.gaussian_filter(np.isfinite(canvas.near).astype(float), 0.7)
    around = contourpy.contour_generator(z=np.pad(covered, 1)).lines(0.5)
    outlines = [np.asarray(line) for line in around]
    lines = [
        Line(piece, minor=False)
        for outline in outlines
        if np.ptp(outline, axis=0).max() > 0.1 * _SIDE
        for piece in _pieces((outline - 0.5) / _SIDE)
    ]
    a = np.linspace(0, 2 * np.pi, 160)
    zero, one = np.zeros_like(a), np.ones_like(a)
    main = [shoe.upper(one, a), shoe.bottom(zero, a)]
    if shoe.on_a_block:
        main += [shoe.block(zero, a), shoe.bottom(one, a)]
    for points in main:
        lines += [Line(part, minor=False) for part in _seen(points, camera, canvas)]
    for h, way in seams(shoe, int(factors["seams"][row])):
        known = np.isfinite(way)
        points = np.where(known[:, None], shoe.upper(h, np.where(known, way, 0.0)), np.nan)
        lines += [Line(part, minor=True) for part in _seen(points, camera, canvas)]
    return lines[:_MOST_STROKES]


def by_hand(lines: list[Line], key: str, number: int) -> list[np.ndarray]:
    """Return strokes ``[P, 2]`` along lines: some left out, all of them a little off.

    Args:
        lines: what is drawn.
        key: names the stream of random numbers.
        number: the place in it.
    """
    width = _OF_SKETCH + _OF_STROKE * _MOST_STROKES
    u = keyed_random.uniforms(key, 1, width, start=number)[0]
    turn, wide, high, right, down, left_out = (2 * u[i] - 1 for i in range(6))
    c, s = np.cos(0.03 * turn), np.sin(0.03 * turn)
    change = np.array([[c * (1 + 0.03 * wide), s], [-s, c * (1 + 0.03 * high)]])
    shift = 0.5 + 0.012 * np.array([right, down])
    unsteady = 0.004 + 0.006 * u[6]
    strokes = []
    for line, own in zip(lines, u[_OF_SKETCH:].reshape(_MOST_STROKES, _OF_STROKE), strict=False):
        if line.minor and own[0] < 0.2 + 0.15 * left_out:
            continue
        length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(line.points, axis=0), axis=1))]
        phases = 2 * np.pi * own[1:5].reshape(2, 2)
        wave = [
            np.sin(2 * np.pi * 2.1 * length + phases[i, 0])
            + 0.5 * np.sin(2 * np.pi * 5.3 * length + phases[i, 1])
            for i in range(2)
        ]
        moved = unsteady * (np.stack(wave, axis=1) + 1.2 * (2 * own[5:7] - 1))
        strokes.append((line.points - 0.5) @ change + shift + moved)
    return strokes


def inked(strokes: list[np.ndarray], side: int) -> np.ndarray:
    """Return an image of strokes, ``[side, side]`` uint8: 255 on strokes, else 0."""
    from PIL import Image, ImageDraw

    wide = _FINER * side
    paper = Image.new("L", (wide, wide))
    pen = ImageDraw.Draw(paper)
    thick = round(_FINER * _WIDTH[side])
    for stroke in strokes:
        pen.line((wide * stroke).ravel().tolist(), 255, thick)
    covered = np.asarray(paper.reduce(_FINER), np.float32) / 255
    return np.where(covered > _INK, 255, 0).astype(np.uint8)


def _pieces(outline: np.ndarray) -> list[np.ndarray]:
    """Return the strokes of an outline, whose ends are not where it happens to begin."""
    n = len(outline)
    first = int(outline[:, 0].argmin())  # the back of the heel
    turned = np.concatenate([outline[first:], outline[: first + int(_OVERSHOT * n) + 1]])
    ends = np.linspace(0, n, _PIECES + 1).astype(int)
    over = max(2, int(_OVERSHOT * n))
    return [turned[a : b + over] for a, b in pairwise(ends)]


def _seen(points: np.ndarray, camera: Camera, canvas: Canvas) -> list[np.ndarray]:
    """Return the parts of a line in space that nothing hides, in widths of the image."""
    at = camera.project(points)
    known = np.isfinite(at).all(1)
    column, row = (
        np.clip(np.where(known, at[:, i], 0).astype(int), 0, _SIDE - 1) for i in range(2)
    )
    shown = known & (canvas.near[row, column] < at[:, 2] + _HIDDEN)
    changes = np.flatnonzero(np.diff(np.r_[0, shown.astype(int), 0]))
    parts = [at[a:b, :2] / _SIDE for a, b in changes.reshape(-1, 2)]
    return [part for part in parts if len(part) > 1 and np.ptp(part, axis=0).max() > _SHORTEST]
