"""The poses of ``mannequin``: joint angles, natural ones and no two alike."""

import numpy as np

from harness.drawing.body import Measures
from harness.drawing.skeleton import ANGLES, FURTHER_ANGLES, Vectors, joints

_ALL = (*ANGLES, *FURTHER_ANGLES)


def _pose(**angles: float) -> dict[str, float]:
    """Return angles in degrees: those of somebody at ease, but for the given ones.

    A name without a side is that of both.
    """
    at_ease = dict.fromkeys(_ALL, 0.0) | {
        f"{side}_{joint}": degrees
        for side in ("left", "right")
        for joint, degrees in (("spread", 12.0), ("elbow", 8.0), ("part", 4.0))
    }
    for name, degrees in angles.items():
        names = [name] if name in at_ease else [f"{side}_{name}" for side in ("left", "right")]
        at_ease |= dict.fromkeys(names, degrees)
    return at_ease


POSES: dict[str, dict[str, float]] = {
    "stand": _pose(),
    "walk": _pose(
        lean=4, left_hip=32, left_knee=6, right_hip=-24, right_knee=24, left_arm=-32, right_arm=36
    ),
    "run": _pose(
        lean=14,
        left_hip=78,
        left_knee=92,
        right_hip=-32,
        right_knee=40,
        left_arm=-55,
        right_arm=40,
        elbow=88,
    ),
    "arms_out": _pose(spread=90, elbow=0),
    "arms_up": _pose(spread=146, elbow=0),
    "star": _pose(spread=125, elbow=0, part=32),
    "point": _pose(right_arm=92, right_spread=42, right_elbow=0, left_arm=-12),
    "akimbo": _pose(part=11, spread=52, elbow=0, fold=-98),
    "sit": _pose(hip=88, knee=92, arm=38, elbow=30),
    "kneel": _pose(left_hip=84, left_knee=86, right_hip=-6, right_knee=84, arm=20, elbow=40),
    "kick": _pose(lean=-14, left_hip=86, left_knee=4, right_hip=-4, spread=62, elbow=10),
    "bow": _pose(lean=88, arm=-82, elbow=0),
}
"""The angles of each pose in degrees; see :func:`harness.drawing.skeleton.joints`."""


def body_joints(sizes: Measures, pose: np.ndarray) -> dict[str, np.ndarray]:
    """Return where the joints of figures are that face the viewer, ``[N, 3]`` each.

    They are relative to the pelvis: right, down, towards the viewer, in the unit of ``sizes``.

    Args:
        sizes: as :func:`harness.drawing.body.measures` returns them.
        pose: ``[N]``, places in :data:`POSES`.
    """
    angles: Vectors = {name: np.radians([of[name] for of in POSES.values()])[pose] for name in _ALL}
    return joints(sizes, {**angles, "yaw": np.zeros(len(pose))})
