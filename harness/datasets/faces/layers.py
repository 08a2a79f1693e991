"""The layers of a portrait of ``faces``, in units of the face as :mod:`face_layout` has them."""

from collections.abc import Callable, Sequence

import numpy as np

from harness.datasets.faces.layout import EYES, Face, Factors, Place
from harness.drawing import colours
from harness.drawing.painting import Layer
from harness.drawing.shapes import Capsules, join

_SKULL = -0.27  # height of the middle of the skull, a disc as wide as the face
_DARK = (0.10, 0.06, 0.05)
_LIP = (0.72, 0.22, 0.26)


def portrait(factors: Factors) -> list[Layer]:
    """Return the layers of portraits in units of the face, from back to front.

    Args:
        factors: the traits, each ``[N]`` float64.
    """
    face = Face(factors)
    parts: tuple[Callable[[Face], list[Layer]], ...] = (
        _hair_behind,
        _bust,
        _head,
        _beard,
        _nose,
        _mouth,
        _eyes,
        _wrinkles,
        _hair_before,
        _glasses,
    )
    return [layer for part in parts for layer in part(face)]


def _hair_behind(face: Face) -> list[Layer]:
    volume, length = face.factors["hair_volume"], face.factors["hair_length"]
    end = -0.1 + 1.55 * np.clip((length - 0.3) / 0.7, 0, 1)
    wide = face.width + 0.02 + 0.12 * volume
    cap = face.ovals([(0, -0.34)], wide, 0.74 + 0.14 * volume)
    fall = join(
        face.line([(0, -0.2), (0, end)], [0.7 * wide, 0.62 * wide]),
        *(
            face.line(
                [(side * (wide - 0.25), -0.3), (side * (wide - 0.2), end)],
                [0.25, 0.18 + 0.06 * volume],
            )
            for side in (-1, 1)
        ),
    )
    return [
        face.layer(fall, 0.55 * face.hair, relief=0.5, blend=(0, 0.1, 0.1)),
        face.layer(cap, 0.85 * face.hair, relief=0.6),
    ]


def _bust(face: Face) -> list[Layer]:
    clothes = colours.hue(face.factors["clothes_hue"], 0.55, face.each(0.62))
    neck = face.line([(0, 0.5), (0, 1.35)], [0.36 * face.jaw + 0.18] * 2)
    shoulders = face.line([(-0.9, 1.92), (0.9, 1.92)], [0.5, 0.5])
    collar = face.ovals([(0, 1.38)], 0.40, 0.17)
    return [
        face.layer(shoulders, clothes, relief=0.7),
        face.layer(collar, 0.92 * face.skin, soft=0.03),
        face.layer(neck, 0.92 * face.skin, relief=0.5),
        face.layer(face.ovals([(0, 1.0)], 0.26, 0.16), 0.35 * face.skin, 0.5, soft=0.2),
    ]


def _head(face: Face) -> list[Layer]:
    ears = face.ovals([(-face.width, 0.02), (face.width, 0.02)], 0.10, 0.19)
    skull = face.line([(0, _SKULL), (0, 0.10)], [face.width, face.width - 0.02])
    jaw = face.line([(0, 0.10), (0, 1 - face.jaw)], [face.width - 0.02, face.jaw])
    chin = face.line([(-0.08, 0.84), (0.08, 0.84)], [0.15, 0.15])
    rosy = colours.mixed(face.skin, (0.85, 0.30, 0.28), 0.5)
    cheeks = face.ovals([(-0.42, 0.30), (0.42, 0.30)], 0.18, 0.13)
    return [
        face.layer(ears, 0.85 * face.skin, relief=0.4),
        face.layer(join(skull, jaw, chin), face.skin, relief=0.55, blend=(0, 0.05, 0.15)),
        face.layer(cheeks, rosy, 0.25, soft=0.3),
    ]


def _beard(face: Face) -> list[Layer]:
    density = face.factors["beard"]
    colour = colours.mixed(0.8 * face.hair, face.skin, 0.12)
    inner = face.jaw - 0.11
    cheek, corner = 0.5 * (face.width + face.jaw) - 0.13, 1 - face.jaw + 0.65 * inner
    jawline: list[Place] = [
        (0.12 - face.width, 0.12),
        (-cheek, 0.45),
        (-0.76 * inner, corner),
        (0, 0.84),
    ]
    other_side = reversed(_mirrored(jawline[:-1], -1))
    growth = face.line([*jawline, *other_side], [0.07, 0.12, 0.17, 0.20, 0.17, 0.12, 0.07])
    goatee = face.line([(-0.10, 0.84), (0.10, 0.84)], [0.15, 0.15])
    top = face.mouth_y - face.lips - face.gap / 2
    lip = [(-0.30, top + 0.08), (-0.14, top - 0.04), (0.14, top - 0.04), (0.30, top + 0.08)]
    moustache = face.line(lip, [0.05, 0.07, 0.07, 0.05])
    opacity = np.clip(0.35 * (density > 0) + 0.6 * density, 0, 0.95)
    return [
        face.layer(join(growth, goatee), colour, opacity, soft=0.12),
        face.layer(moustache, colour, opacity, soft=0.07),
    ]


def _nose(face: Face) -> list[Layer]:
    y, w = face.nose_y, face.nose
    bridge = face.line([(0, -0.12), (0, y - 0.02)], [0.055, 0.62 * w + 0.02])
    tip = face.ovals([(0, y)], 0.75 * w, 0.085)
    wings = face.ovals([(-w, y + 0.03), (w, y + 0.03)], 0.42 * w + 0.01, 0.058)
    nostrils = face.ovals([(-0.55 * w, y + 0.075), (0.55 * w, y + 0.075)], 0.32 * w, 0.020)
    shade = face.line([(0, -0.1), (0, y + 0.03)], [0.05, w + 0.05])
    return [
        face.layer(shade, 0.55 * face.skin, 0.30, soft=0.14),
        face.layer(bridge, 1.02 * face.skin, 0.8, soft=0.07, relief=0.35),
        face.layer(wings, 0.97 * face.skin, soft=0.04, relief=0.4),
        face.layer(tip, face.skin, soft=0.05, relief=0.35),
        face.layer(nostrils, colours.mixed(0.3 * face.skin, _DARK, 0.4), 0.85, soft=0.03),
    ]


def _mouth(face: Face) -> list[Layer]:
    t = np.linspace(-1, 1, 9)

    def across(lift: np.ndarray, bow: float = 0.0) -> list[Place]:
        """The places from corner to corner, ``lift`` above the line that the corners bend."""
        arch = (1 - t**2) ** 0.8
        dip = bow * np.exp(-((t / 0.22) ** 2))
        return [
            (face.mouth * t[i], face.mouth_y - face.curve * t[i] ** 2 - (lift - dip[i]) * arch[i])
            for i in range(len(t))
        ]

    def radii(middle: np.ndarray) -> list[np.ndarray]:
        return [middle * (0.22 + 0.78 * (1 - s**2) ** 0.7) for s in t]

    upper, lower = 0.8 * face.lips, 1.05 * face.lips
    colour = colours.mixed(face.skin, _LIP, 0.62)
    half = face.gap / 2
    inside = face.line(across(-0.2 * half), radii(half + 0.4 * face.lips))
    teeth = face.line(across(0.25 * half), radii(0.62 * half))
    below = face.ovals([(0, face.mouth_y + half + 2.2 * lower + 0.03)], 0.17, 0.035)
    opened = np.clip(face.gap / 0.03, 0, 1)
    return [
        face.layer(below, 0.5 * face.skin, 0.25, soft=0.10),
        face.layer(inside, 0.35 * face.colour(_LIP)),
        face.layer(teeth, face.colour((0.95, 0.93, 0.90)), opened, soft=0.03),
        face.layer(
            face.line(across(-half - 0.75 * lower), radii(lower)), 1.05 * colour, relief=0.45
        ),
        face.layer(face.line(across(half + 0.75 * upper, 0.02), radii(upper)), 0.85 * colour),
    ]


def _eyes(face: Face) -> list[Layer]:
    x, size, w = face.eye_x, face.eye, 0.155 * face.eye
    centres = [(-x, EYES), (x, EYES)]
    brow = 0.022 + 0.034 * face.factors["brow_thickness"]
    arc = np.linspace(-1.05, 1.05, 7)

    def above(side: int, factor: float, lift: float) -> list[Place]:
        return [
            (side * x + 1.05 * w * s, EYES - factor * 0.075 * size * (1 - s**2) + 0.01 - lift)
            for s in arc
        ]

    def both(make: Callable[[int], Capsules]) -> Capsules:
        return join(make(-1), make(1))

    lids = both(lambda side: face.line(above(side, 1.15, 0.035), [0.01, *[0.035 * size] * 5, 0.01]))
    lashes = both(lambda side: face.line(above(side, 1.12, 0), [0.012, *[0.02] * 5, 0.012]))
    under = both(lambda side: face.line(above(side, -1.0, 0.01), [0.006, *[0.012] * 5, 0.006]))
    brows = both(
        lambda side: face.line(
            [
                (side * (x - 0.17), -0.275),
                (side * (x - 0.02), -0.325),
                (side * (x + 0.12), -0.315),
                (side * (x + 0.21), -0.245),
            ],
            [0.85 * brow, brow, 0.75 * brow, 0.3 * brow],
        )
    )
    glint = [(-x - 0.025, EYES - 0.03), (x - 0.025, EYES - 0.03)]
    return [
        face.layer(face.ovals(centres, 0.21, 0.13), 0.5 * face.skin, 0.35, soft=0.16),
        face.layer(face.ovals(centres, w, 0.076 * size), face.colour((0.95, 0.94, 0.92))),
        face.layer(
            face.ovals(centres, 0.070 * size, 0.070 * size),
            colours.iris(face.factors["eye_tone"]),
        ),
        face.layer(
            face.ovals(centres, 0.032 * size, 0.032 * size), face.colour((0.03, 0.03, 0.03))
        ),
        face.layer(face.ovals(glint, 0.016, 0.016), face.colour((1, 1, 1)), 0.9),
        face.layer(lids, 0.86 * face.skin),
        face.layer(lashes, colours.mixed(0.4 * face.hair, _DARK, 0.6)),
        face.layer(under, 0.6 * face.skin, 0.5),
        face.layer(brows, 0.65 * face.hair, 0.92, soft=0.03),
    ]


def _wrinkles(face: Face) -> list[Layer]:
    amount = np.clip((face.factors["wrinkles"] - 0.25) / 0.75, 0, 1)
    creases = [
        face.line(
            [(-0.3, y + 0.03), (-0.1, y), (0.1, y), (0.3, y + 0.03)],
            [0.006, 0.012, 0.012, 0.006],
        )
        for y in (-0.52, -0.44)
    ]
    x = face.eye_x
    fold: list[Place] = [
        (1.25 * face.nose, face.nose_y - 0.02),
        (0.27, 0.40),
        (face.mouth + 0.06, face.mouth_y),
    ]
    bag: list[Place] = [(x - 0.14, 0.08), (x, 0.12), (x + 0.14, 0.07)]
    feet: list[list[Place]] = [
        [(x + 0.21, EYES + lift / 2), (x + 0.30, EYES + 2 * lift)] for lift in (-0.05, 0.0, 0.05)
    ]
    creases += [
        face.line(_mirrored(right, side), radii)
        for side in (-1, 1)
        for right, radii in (
            (fold, [0.010, 0.018, 0.008]),
            (bag, [0.006, 0.013, 0.006]),
            *((foot, [0.009, 0.005]) for foot in feet),
        )
    ]
    return [face.layer(join(*creases), 0.45 * face.skin, 0.65 * amount, soft=0.03)]


def _hair_before(face: Face) -> list[Layer]:
    volume, w = face.factors["hair_volume"], face.width
    part = 0.7 * (face.factors["hair_parting"] - 0.5)

    def inside(x: np.ndarray, y: float, by: float) -> Place:
        """A place at least ``by`` below the outline of the skull."""
        return x, np.maximum(y, _SKULL - np.sqrt(np.maximum((w - by) ** 2 - x**2, 0)))

    crown = [inside(share * w, -2.0, 0.12) for share in (-0.8, -0.55, -0.25, 0, 0.25, 0.55, 0.8)]
    strands, shine = [face.line(crown, [0.12, *[0.15] * 5, 0.12])], []
    for side in (-1, 1):
        sweep: list[Place] = [
            inside(part, -0.86, 0.10),
            inside(0.65 * part + side * 0.35, -0.76, 0.14),
            (side * (w - 0.10), -0.48),
            (side * (w - 0.02), -0.10),
        ]
        strands.append(face.line(sweep, [0.10, 0.13 + 0.03 * volume, 0.12, 0.05]))
        higher: list[Place] = [(x * 1.02, y - 0.10) for x, y in sweep[:3]]
        shine.append(face.line(higher, [0.015, 0.03, 0.01]))
    return [
        face.layer(join(*strands), face.hair, relief=0.45, soft=0.03),
        face.layer(join(*shine), colours.mixed(face.hair, (1, 1, 1), 0.25), 0.5, soft=0.06),
    ]


def _glasses(face: Face) -> list[Layer]:
    amount = face.factors["glasses"]
    radius = 0.016 + 0.02 * amount
    turn = np.linspace(0, 2 * np.pi, 17)
    rims = []
    for side in (-1, 1):
        rim = [
            (side * face.eye_x * 1.08 + 0.235 * np.cos(a), 0.0 + 0.185 * np.sin(a)) for a in turn
        ]
        rims.append(face.line(rim, [radius] * len(rim)))
        temple = [(side * (face.eye_x * 1.08 + 0.235), -0.05), (side * face.width, -0.08)]
        rims.append(face.line(temple, [radius] * 2))
    inner = face.eye_x * 1.08 - 0.235
    rims.append(face.line([(-inner, -0.03), (0, -0.06), (inner, -0.03)], [radius] * 3))
    lenses = face.ovals([(-face.eye_x * 1.08, 0), (face.eye_x * 1.08, 0)], 0.235, 0.185)
    worn = (amount > 0).astype(np.float64)
    return [
        face.layer(lenses, face.colour((0.75, 0.85, 0.95)), 0.16 * worn),
        face.layer(join(*rims), face.colour((0.08, 0.07, 0.08)), worn),
    ]


def _mirrored(places: Sequence[Place], side: int) -> list[Place]:
    """Return the places on the other side for -1 and the same for 1."""
    return [(side * x, y) for x, y in places]
