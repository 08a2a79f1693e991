"""What ``humans`` tells of each image: joints in space and in the image, rotation, camera."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.data.dataset import POSE_UNIT, SplitName
from harness.data.labelled import labelled_rows
from harness.datasets.humans.factors import unpaired_factors
from harness.datasets.humans.figures import METRES, Bodies, bodies_of
from harness.datasets.humans.joints import OF_32
from harness.datasets.humans.motions import Motions
from harness.drawing.skeleton import KEYPOINTS
from models.declaration import LABELLED

LABELS = ("joints_3d", "joints_2d", "viewpoint", "cpose", "weak_camera")
LABELLED_2D, UNPAIRED, MASK = "labelled_2d", "unpaired_joints", "mask"
PINHOLE = "pinhole"
PRIORS = (PINHOLE, "unpaired_cpose", "unpaired_pinhole")
"""The camera of an image, and bodies and cameras that belong to none."""

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Shown:
    """What images show, and how.

    Attributes:
        factors: as ``factors.draw_factors`` returns them.
        motions: what their ``motion`` numbers.
        side: height and width of the images, pixels.
        n_joints: 17 or 32.
        near: whether the cameras are near.
        priors: whether :data:`PRIORS` are among the modalities.
    """

    factors: Mapping[str, np.ndarray]
    motions: Motions
    side: int
    n_joints: int
    near: bool = False
    priors: bool = False


def labels(shown: Shown, split: SplitName, seed: int, fraction: float) -> tuple[Arrays, Arrays]:
    """Return the factors that follow from what images show, and their modalities.

    The factors are the places of the seventeen joints in pixels, whose whole numbers are centres,
    and ``bone_mm``, the mm of the joints' unit. Everything is float32.

    Args:
        shown: the images.
        split: which split.
        seed: of the dataset.
        fraction: the share of the images that are not wild that have labels.
    """
    n = len(shown.factors["subject"])
    known = _known(shown)
    at = shown.side * (known["joints_2d"] + 1) / 2 - 0.5
    if shown.n_joints == 32:
        at = at[:, list(OF_32)]
    further: Arrays = {POSE_UNIT: np.full(n, 1000, np.float32)}
    for k, name in enumerate(KEYPOINTS):
        further |= {f"{name}_{a}": at[:, k, i].astype(np.float32) for i, a in enumerate("xy")}
    wild = shown.factors["wild"].astype(bool)
    labelled = labelled_rows("humans", split, n, fraction, seed) & ~wild
    given = (*LABELS, *([PINHOLE] if shown.priors else []))
    modalities = {name: known[name].astype(np.float32) for name in given}
    for name, values in modalities.items():
        values[~(labelled | wild if name == "joints_2d" else labelled)] = 0
    modalities[LABELLED] = labelled.astype(np.float32)
    modalities[LABELLED_2D] = (labelled | wild).astype(np.float32)
    drawn = unpaired_factors(split, n, shown.motions, seed)
    others = bodies_of(drawn, shown.motions, near=shown.near)
    own = others.joints(shown.n_joints)
    modalities[UNPAIRED] = (own @ others.turn).astype(np.float32)
    if shown.priors:
        of_others = PRIORS[1:], (own, others.pinholes())
        of = {name: np.asarray(v, np.float32) for name, v in zip(*of_others, strict=True)}
        modalities |= {PINHOLE: modalities.pop(PINHOLE), **of}
    return further, modalities


def _known(shown: Shown) -> Arrays:
    """Return all labels of all images."""
    bodies = bodies_of(shown.factors, shown.motions, near=shown.near)
    own = bodies.joints(shown.n_joints)
    return {
        "joints_3d": own @ bodies.turn,
        "joints_2d": _places(bodies, own / METRES, shown.side),
        "viewpoint": bodies.turn,
        "cpose": own,
        "weak_camera": _weak_cameras(bodies, shown.side),
        PINHOLE: bodies.pinholes(),
    }


def _places(bodies: Bodies, points: np.ndarray, side: int) -> np.ndarray:
    """Return where points of bodies are in crops, ``[N, K, 2]`` from -1 to 1."""
    view = bodies.view(side)
    seen, _ = bodies.seen(points)
    return np.asarray(2 * (seen * view.scale[:, None] + view.origin[:, None]) / side - 1)


def _weak_cameras(bodies: Bodies, side: int) -> np.ndarray:
    """Return ``(s, tx, ty)`` ``[N, 3]``; of a near camera those that see points at the pelvis."""
    view = bodies.view(side)
    scale = 2 * view.scale[:, :1] / (side * METRES)
    pelvis = _places(bodies, bodies.own["pelvis"][:, None], side)[:, 0]
    return np.concatenate([scale, pelvis], axis=1)
