"""Where the parts of a face of ``faces`` are, and where the face is in the image.

A face is laid out about its own middle: the chin is at y = 1, the crown of the head near y = -1.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from harness.drawing import colours
from harness.drawing.painting import Layer, View
from harness.drawing.shapes import Capsules, Ellipses, polyline

SIZE = 128
"""Height and width of a full-size image, pixels."""
PERSPECTIVE = ("aspect", "shift_x", "shift_y", "face_scale")
"""The factors of how a face is seen."""
EYES = -0.06
"""Height of the eyes in a face."""

_UNIT = 41.0  # pixels from the middle of a face to its chin
_MIDDLE = (64.0, 66.0)  # of the mean face in the image

Factors = Mapping[str, np.ndarray]
Place = tuple[float | np.ndarray, float | np.ndarray]
"""x and y, the same for all faces or ``[N]``."""


class Face:
    """The measures of N faces, each ``[N]`` in units of the face, and their colours.

    Args:
        factors: the traits, each ``[N]`` float64.

    Attributes:
        width: half of the skull's.
        jaw: radius of the jaw.
        eye_x: of the middle of an eye.
        eye: size of an eye, 1 being a mean one.
        nose: half of the width from the middle of one wing to that of the other.
        nose_y: of the tip.
        mouth: half of the width.
        mouth_y: of the middle.
        lips: their thickness.
        curve: how far the corners of the mouth are above its middle.
        gap: how far the lips are apart.
        skin: ``[N, 3]``.
        hair: ``[N, 3]``.
    """

    def __init__(self, factors: Factors) -> None:
        self.factors = factors
        self.n = len(factors["light"])
        self.width = 0.70 + 0.09 * factors["face_width"]
        self.jaw = 0.40 + 0.16 * factors["jaw_width"]
        self.eye_x = 0.27 + 0.07 * factors["eye_distance"]
        self.eye = 0.85 + 0.40 * factors["eye_size"]
        self.nose_y = 0.20 + 0.11 * factors["nose_length"]
        self.nose = 0.075 + 0.085 * factors["nose_width"]
        self.mouth_y = 0.545 + 0.03 * factors["nose_length"]
        self.mouth = 0.22 + 0.09 * factors["mouth_width"] + 0.06 * factors["smile"]
        self.lips = 0.030 + 0.052 * factors["lip_thickness"]
        self.curve = -0.015 + 0.135 * factors["smile"]
        self.gap = 0.10 * np.clip((factors["smile"] - 0.45) / 0.4, 0, 1)
        self.skin = colours.skin(factors["skin_tone"])
        self.hair = colours.hair(factors["hair_tone"])

    def line(self, places: Sequence[Place], radii: Sequence[float | np.ndarray]) -> Capsules:
        """Return the capsules through places with the radii there."""
        return polyline(self.points(places), np.stack([self.each(r) for r in radii], axis=1))

    def ovals(
        self, places: Sequence[Place], rx: float | np.ndarray, ry: float | np.ndarray
    ) -> Ellipses:
        """Return an ellipse of one size at every place."""
        radii = np.stack([self.each(rx), self.each(ry)], axis=-1)
        return Ellipses(self.points(places), np.repeat(radii[:, None], len(places), axis=1))

    def points(self, places: Sequence[Place]) -> np.ndarray:
        """Return places as ``[N, P, 2]``."""
        return np.stack([np.stack([self.each(x), self.each(y)], axis=-1) for x, y in places], 1)

    def each(self, value: float | np.ndarray) -> np.ndarray:
        """Return a value for every face, ``[N]``."""
        return np.broadcast_to(np.asarray(value, np.float64), (self.n,))

    def colour(self, colour: tuple[float, ...]) -> np.ndarray:
        """Return one colour for every face, ``[N, 3]``."""
        return np.broadcast_to(np.array(colour), (self.n, 3))

    def layer(
        self,
        shape: Capsules | Ellipses,
        colour: np.ndarray,
        opacity: float | np.ndarray = 1.0,
        *,
        soft: float = 0.0,
        relief: float = 0.0,
        blend: tuple[float, ...] = (),
    ) -> Layer:
        """Return a layer."""
        return Layer(shape, colour, self.each(opacity), blend, soft, relief)


def landmarks(factors: Factors, downscale: int = 1) -> dict[str, np.ndarray]:
    """Return the five landmarks of CelebA, each ``[N]`` float32 in pixels of the image.

    They are ``left_eye_x``, ``left_eye_y`` and so on for ``right_eye``, ``nose``, ``left_mouth``
    and ``right_mouth``; left is the left of the image, and whole numbers are centres of pixels.
    """
    face = Face({name: np.asarray(values, np.float64) for name, values in factors.items()})
    corner = face.mouth_y - face.curve
    places: dict[str, Place] = {
        "left_eye": (-face.eye_x, EYES),
        "right_eye": (face.eye_x, EYES),
        "nose": (0.0, face.nose_y),
        "left_mouth": (-face.mouth, corner),
        "right_mouth": (face.mouth, corner),
    }
    seen = view(factors, downscale)
    points = face.points(list(places.values()))
    pixels = points * seen.scale[:, None] + seen.origin[:, None] - 0.5
    return {
        f"{name}_{axis}": pixels[:, i, j].astype(np.float32)
        for i, name in enumerate(places)
        for j, axis in enumerate("xy")
    }


def view(factors: Factors, downscale: int = 1) -> View:
    """Return where faces are in their images, by their perspective factors, each ``[N]``."""
    known = {name: np.asarray(factors[name], np.float64) for name in PERSPECTIVE}
    half = np.stack([known["aspect"], -known["aspect"]], axis=-1) / 2
    scale = _UNIT * known["face_scale"][:, None] * np.exp(half)
    shift = SIZE * np.stack([known["shift_x"], known["shift_y"]], axis=-1)
    return View(scale / downscale, (shift + np.array(_MIDDLE)) / downscale)
