"""The toys of ``norb``: five kinds of solids in proportions that differ from toy to toy."""

from collections.abc import Callable

import numpy as np

from harness import keyed_random
from harness.drawing.solids import Kind, Solid

CATEGORIES = ("animal", "human", "airplane", "truck", "car")
"""Small NORB's, in its order."""
N_INSTANCES = 10

_MOST_DRAWS = 12  # proportions a toy

Draw = Callable[[float, float], float]
"""Returns the next proportion of a toy, between two bounds."""


def toy(category: int, instance: int) -> list[Solid]:
    """Return a toy that stands on the ground (its lowest point is at 0) and looks along +x."""
    draws = iter(keyed_random.uniforms(f"norb/{category}/{instance}", 1, _MOST_DRAWS)[0])

    def between(low: float, high: float) -> float:
        return low + (high - low) * float(next(draws))

    return _MAKERS[CATEGORIES[category]](between)


def _animal(between: Draw) -> list[Solid]:
    length, girth, legs = between(0.5, 0.75), between(0.17, 0.3), between(0.22, 0.5)
    neck, muzzle, leg = between(0.12, 0.5), between(0.12, 0.28), between(0.05, 0.085)
    ear, tail = between(0.05, 0.2), between(0.1, 0.32)
    top = 0.1 + ear / 2
    back = legs + girth
    head = np.array([length * 0.95 + 0.1, 0, back + neck + 0.05])
    solids = [
        _solid("ellipsoid", (0, 0, back), (length, girth * 0.9, girth)),
        _solid("ellipsoid", (length * 0.8, 0, back + neck / 2), (0.13, 0.11, 0.16 + neck / 2), 15),
        _solid("ellipsoid", head, (0.12 + muzzle / 2, 0.12, 0.13), 15),
        _solid("ellipsoid", (-length - 0.5 * tail, 0, back), (tail, 0.05, 0.05), -35),
    ]
    for side in (-1, 1):
        solids += [
            _solid("ellipsoid", head + np.array([-0.06, side * 0.09, top]), (0.04, 0.03, ear)),
            _solid("box", (length * 0.62, side * girth * 0.55, back / 2), (leg, leg, back / 2)),
            _solid("box", (-length * 0.65, side * girth * 0.55, back / 2), (leg, leg, back / 2)),
        ]
    return solids


def _human(between: Draw) -> list[Solid]:
    legs, torso, wide = between(0.45, 0.65), between(0.28, 0.38), between(0.18, 0.3)
    stride, lift, arm = between(0, 30), between(0, 80), between(0.05, 0.08)
    other, head, hat = between(-40, 30), between(0.12, 0.17), between(0, 1)
    shoulder = 2 * (0.5 * legs + torso) + 0.3 * legs
    hip = 1.3 * legs
    middle = hip + torso * 0.85
    solids = [
        _solid("ellipsoid", (0, 0, middle), (0.13, wide, torso)),
        _solid("ellipsoid", (0, 0, middle + torso + 0.75 * head), (head, head, head * 1.2)),
    ]
    for side, angle, raised in ((-1, stride, lift), (1, -stride, other)):
        solids += [
            _limb((0, side * wide * 0.5, hip), hip, 0.09, angle),
            _limb((0, side * (wide + arm), shoulder - 0.35 * torso), 1.9 * torso, arm, raised),
        ]
    if hat > 0.5:
        top = middle + torso + 1.75 * head
        solids.append(_solid("box", (0, 0, top), (head * 1.0, head * 1.0, 0.07)))
    return solids


def _airplane(between: Draw) -> list[Solid]:
    length, radius = between(0.75, 0.95), between(0.09, 0.15)
    span, chord, swept = between(0.65, 1.0), between(0.1, 0.2), between(0, 30)
    fin, tail, at = between(0.14, 0.26), between(0.25, 0.42), between(-0.1, 0.2)
    engine, low = between(0.05, 0.1), between(-0.6, 0.6)
    z = 0.32
    root = np.array([at, 0, z + low * radius])  # of both wings
    solids = [
        _solid("ellipsoid", (0, 0, z), (length, radius, radius)),
        _solid("box", (-0.86 * length, 0, z + fin), (0.09, 0.02, fin), -20),
    ]
    for side in (-1, 1):
        out = np.array([-np.sin(np.deg2rad(swept)) * span / 2, side * span / 2, 0])
        below = root + 0.9 * out + np.array([0.08, 0, -engine])
        solids += [
            _solid("box", root + out, (chord, span / 2, 0.025), yaw=side * swept),
            _solid("box", (-0.88 * length, side * tail / 2, z), (0.08, tail / 2, 0.02)),
            _solid("ellipsoid", below, (0.2, engine, engine)),
        ]
    return solids


def _truck(between: Draw) -> list[Solid]:
    length, wide, high = between(0.45, 0.7), between(0.24, 0.32), between(0.2, 0.42)
    cab, tall, bonnet = between(0.14, 0.2), between(0.22, 0.36), between(0, 0.25)
    wheel, tank = between(0.1, 0.15), between(0, 1)
    floor = 1.3 * wheel
    front = length + cab + 0.06
    load: Kind = "ellipsoid" if tank > 0.6 else "box"
    solids = [
        _solid("box", (cab / 2, 0, floor + 0.04), (length + cab + 0.06, wide * 0.8, 0.05)),
        _solid(load, (-cab * 0.3, 0, floor + 0.08 + high), (length * 1.02, wide, high)),
        _solid("box", (front, 0, floor + tall), (cab, wide * 0.92, tall)),
        _solid("box", (front + cab, 0, floor + 0.12), (bonnet, wide * 0.8, 0.13)),
    ]
    return solids + _wheels((-length * 0.8, -length * 0.35, front), wide, wheel)


def _car(between: Draw) -> list[Solid]:
    length, wide, high = between(0.65, 0.9), between(0.28, 0.38), between(0.09, 0.15)
    roof, cabin, at = between(0.13, 0.24), between(0.28, 0.52), between(-0.25, 0.05)
    wheel, sharp, tail = between(0.11, 0.16), between(0, 1), between(0, 1)
    floor = 0.8 * wheel
    solids = [
        _solid("box", (0, 0, floor + high), (length * 0.93, wide, high)),
        _solid("ellipsoid", (0, 0, floor + high), (length * 1.06, wide * 0.98, high * 1.25)),
        _solid(
            "box" if sharp > 0.6 else "ellipsoid",
            (at, 0, floor + 2 * high + 0.5 * roof),
            (cabin, wide * 0.85, roof * (0.6 if sharp > 0.6 else 1.1)),
        ),
    ]
    if tail > 0.55:
        rear = -length * 0.85, 0, floor + 2 * high + 0.1
        solids.append(_solid("box", rear, (0.08, wide * 0.95, 0.02)))
    return solids + _wheels((-length * 0.62, length * 0.62), wide, wheel)


_MAKERS = dict(zip(CATEGORIES, (_animal, _human, _airplane, _truck, _car), strict=True))


def _wheels(places: tuple[float, ...], wide: float, radius: float) -> list[Solid]:
    return [
        _solid("ellipsoid", (x, side * wide, radius), (radius, 0.06, radius))
        for x in places
        for side in (-1, 1)
    ]


def _limb(joint: tuple[float, float, float], length: float, radius: float, angle: float) -> Solid:
    """Return a limb that hangs from a joint, swung forward by some degrees."""
    swung = np.deg2rad(angle)
    middle = np.array(joint) + length / 2 * np.array([np.sin(swung), 0, -np.cos(swung)])
    return _solid("ellipsoid", middle, (radius, radius, length / 2 + radius), -angle)


def _solid(
    kind: Kind,
    centre: tuple[float, float, float] | np.ndarray,
    half: tuple[float, float, float],
    pitch: float = 0.0,
    yaw: float = 0.0,
) -> Solid:
    """Return a solid, turned by ``pitch`` (top forward) and then ``yaw`` (to its left), degrees."""
    p, q = np.deg2rad(pitch), np.deg2rad(yaw)
    pitched = np.array([[np.cos(p), 0, np.sin(p)], [0, 1, 0], [-np.sin(p), 0, np.cos(p)]])
    turned = np.array([[np.cos(q), -np.sin(q), 0], [np.sin(q), np.cos(q), 0], [0, 0, 1]])
    return Solid(kind, np.array(centre, float), np.maximum(half, 1e-3), turned @ pitched)
