"""A frontal human figure: measures from shape coefficients, joints from angles, capsules."""

from collections.abc import Mapping

import numpy as np

from harness.drawing.shapes import Capsules

STATURE = 268.0
"""Height of the mean figure in pixels of the full-size image."""
PELVIS = (100.0, 224.0)
"""Where the middle of the hip joints is in the full-size image, x and y in pixels."""

_MEASURES: dict[str, tuple[float, tuple[float, ...]]] = {
    # measure: its mean in statures, and the row of W: what each of the ten coefficients does to it.
    # 0 stature, 1 girth, 2 legs against torso, 3 shoulders against hips, 4 belly, 5 muscle of the
    # arms, 6 of the legs, 7 arms' length, 8 head, 9 chest.
    "torso": (0.300, (1.0, 0.0, -1.2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.2)),
    "neck": (0.075, (1.0, 0.0, -0.3, 0.0, 0.0, 0.0, 0.0, 0.0, -0.5, 0.0)),
    "head": (0.051, (0.8, 0.3, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.6, 0.0)),
    "shoulders": (0.106, (1.0, 0.5, 0.0, 1.2, 0.0, 0.3, 0.0, 0.0, 0.0, 0.4)),
    "upper_arm": (0.160, (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0)),
    "forearm": (0.140, (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0)),
    "hips": (0.052, (1.0, 0.8, 0.0, -1.2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
    "thigh": (0.240, (1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
    "shin": (0.240, (1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
    "chest_girth": (0.088, (0.7, 1.8, 0.0, 0.8, 0.0, 0.4, 0.0, 0.0, 0.0, 1.4)),
    "waist_girth": (0.076, (0.6, 2.8, 0.0, 0.0, 2.4, 0.0, 0.0, 0.0, 0.0, -0.4)),
    "hip_girth": (0.080, (0.7, 2.4, 0.0, -1.5, 0.8, 0.0, 0.6, 0.0, 0.0, 0.0)),
    "arm_girth": (0.031, (0.7, 2.2, 0.0, 0.4, 0.0, 2.4, 0.0, -0.3, 0.0, 0.0)),
    "leg_girth": (0.050, (0.7, 2.2, 0.0, -0.6, 0.0, 0.0, 2.4, 0.0, 0.0, 0.0)),
}

Measures = Mapping[str, np.ndarray]
_Part = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, float]
"""Both ends, both radii, and over how many pixels the part runs into those before it."""

_SOFT, _FIRM = 8.0, 3.0


def measures(shape: np.ndarray) -> dict[str, np.ndarray]:
    """Return the figure's lengths and radii in pixels of the full-size image, each ``[N]``.

    Each is its mean times ``exp(0.04 W beta)``.

    Args:
        shape: ``[N, 10]`` shape coefficients beta.
    """
    return {
        name: STATURE * mean * np.exp(0.04 * (shape * np.array(row)).sum(-1))
        for name, (mean, row) in _MEASURES.items()
    }


def joints(sizes: Measures, angles: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return where the joints are in the full-size image, each ``[N, 2]``, x and y in pixels.

    The figure faces the viewer, so its left is on the right of the image.

    Args:
        sizes: as :func:`measures` returns them.
        angles: ``left_shoulder``, ``right_shoulder`` (of the collar bone), ``left_arm`` and
            ``right_arm``, each ``[N]`` radians: how far the part and what hangs on it is turned
            counter-clockwise, as seen by the viewer, from arms stretched out to the sides.
    """
    x, y = PELVIS
    still = np.zeros_like(sizes["torso"])
    positions = {
        "pelvis": _point(x + still, y + still),
        "neck": _point(x + still, y - sizes["torso"]),
        "head": _point(x + still, y - sizes["torso"] - sizes["neck"] - 0.9 * sizes["head"]),
    }
    for side, outward in (("left", 1.0), ("right", -1.0)):
        collar = _point(x + outward * 0.3 * sizes["shoulders"], y - 0.93 * sizes["torso"])
        turned = outward * angles[f"{side}_shoulder"]
        shoulder = collar + _reach(0.7 * sizes["shoulders"], turned, outward)
        turned = turned + outward * angles[f"{side}_arm"]
        elbow = shoulder + _reach(sizes["upper_arm"], turned, outward)
        wrist = elbow + _reach(sizes["forearm"], turned, outward)
        hip = _point(x + outward * sizes["hips"], y + still)
        knee = hip + _point(outward * 0.16 * sizes["hips"], sizes["thigh"])
        ankle = knee + _point(outward * 0.12 * sizes["hips"], sizes["shin"])
        limbs = {
            "collar": collar,
            "shoulder": shoulder,
            "elbow": elbow,
            "wrist": wrist,
            "hand": wrist + _reach(0.42 * sizes["forearm"], turned, outward),
            "hip": hip,
            "knee": knee,
            "ankle": ankle,
            "foot": ankle + _point(outward * 0.3 * sizes["hips"], 0.10 * sizes["shin"]),
        }
        positions |= {f"{side}_{name}": place for name, place in limbs.items()}
    return positions


def figure(sizes: Measures, at: Mapping[str, np.ndarray]) -> tuple[Capsules, tuple[float, ...]]:
    """Return the capsules of the figure, one surface, and the pixels over which each is joined.

    Args:
        sizes: as :func:`measures` returns them.
        at: the joints, as :func:`joints` returns them.
    """
    parts = [*_trunk(sizes, at), *_limbs(sizes, at, "left"), *_limbs(sizes, at, "right")]
    starts, ends, first, last, blend = zip(*parts, strict=True)
    radii = np.stack([np.stack(first, 1), np.stack(last, 1)], axis=-1)
    return Capsules(np.stack(starts, 1), np.stack(ends, 1), radii), blend


def _trunk(sizes: Measures, at: Mapping[str, np.ndarray]) -> list[_Part]:
    chest, waist, hips = (sizes[f"{part}_girth"] for part in ("chest", "waist", "hip"))
    head = sizes["head"]
    jaw = at["head"] + _point(0 * head, 0.8 * head)
    crown = at["head"] - _point(0 * head, 0.4 * head)

    def up(share: float) -> np.ndarray:
        return _between(at["pelvis"], at["neck"], share)

    return [
        (at["pelvis"], up(0.4), hips, waist, _SOFT),
        (up(0.4), up(0.7), waist, chest, _FIRM),
        (up(0.7), up(0.84), chest, 0.85 * chest, _FIRM),
        (up(0.84), at["neck"], 0.85 * chest, 0.75 * head, _FIRM),
        (at["neck"], jaw, 0.62 * head, 0.55 * head, _SOFT),
        (crown, at["head"], 0.96 * head, head, _FIRM),
        (at["head"], jaw, head, 0.66 * head, 0.0),
    ]


def _limbs(sizes: Measures, at: Mapping[str, np.ndarray], side: str) -> list[_Part]:
    arm, leg, head = sizes["arm_girth"], sizes["leg_girth"], sizes["head"]
    shoulder, elbow, wrist, hand = (
        at[f"{side}_{j}"] for j in ("shoulder", "elbow", "wrist", "hand")
    )
    hip, knee, ankle, foot = (at[f"{side}_{j}"] for j in ("hip", "knee", "ankle", "foot"))
    throat = _between(at["neck"], at["head"], 0.3)
    biceps = _between(shoulder, elbow, 0.45)
    forearm = _between(elbow, wrist, 0.25)
    palm = _between(wrist, hand, 0.5)
    thigh = _between(hip, knee, 0.25)
    calf = _between(knee, ankle, 0.32)
    return [
        (throat, shoulder, 0.55 * head, 1.0 * arm, _FIRM),
        (at[f"{side}_collar"], shoulder, 1.6 * arm, 1.2 * arm, _FIRM),
        (shoulder, biceps, 1.2 * arm, 1.02 * arm, _FIRM),
        (biceps, elbow, 1.02 * arm, 0.78 * arm, 0.0),
        (elbow, forearm, 0.78 * arm, 0.84 * arm, 0.0),
        (forearm, wrist, 0.84 * arm, 0.5 * arm, 0.0),
        (wrist, palm, 0.5 * arm, 0.66 * arm, 0.0),
        (palm, hand, 0.66 * arm, 0.36 * arm, 0.0),
        (hip, thigh, 1.12 * leg, 1.14 * leg, _FIRM),
        (thigh, knee, 1.14 * leg, 0.72 * leg, 0.0),
        (knee, calf, 0.72 * leg, 0.76 * leg, 0.0),
        (calf, ankle, 0.76 * leg, 0.42 * leg, 0.0),
        (ankle, foot, 0.42 * leg, 0.52 * leg, 0.0),
    ]


def _point(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.stack([x, y], axis=-1)


def _reach(length: np.ndarray, turned: np.ndarray, outward: float) -> np.ndarray:
    """Return the vector ``[N, 2]`` that points outward, lifted by an angle."""
    return _point(outward * length * np.cos(turned), -length * np.sin(turned))


def _between(a: np.ndarray, b: np.ndarray, share: float) -> np.ndarray:
    return np.asarray(a + share * (b - a))
