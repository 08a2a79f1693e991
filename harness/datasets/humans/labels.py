"""What ``humans`` tells of each image: joints in space and in the image, rotation, camera."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.data.dataset import POSE_UNIT, SplitName
from harness.data.labelled import labelled_rows
from harness.datasets.humans.factors import unpaired_factors
from harness.datasets.humans.figures import METRES, bodies_of
from harness.datasets.humans.joints import OF_32
from harness.datasets.humans.motions import Motions
from harness.drawing.skeleton import KEYPOINTS
from models.declaration import LABELLED

LABELS = ("joints_3d", "joints_2d", "viewpoint", "cpose", "weak_camera")
LABELLED_2D, UNPAIRED, MASK = "labelled_2d", "unpaired_joints", "mask"

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Shown:
    """What images show, and how.

    Attributes:
        factors: as ``factors.draw_factors`` returns them.
        motions: what their ``motion`` numbers.
        side: height and width of the images, pixels.
        n_joints: 17 or 32.
    """

    factors: Mapping[str, np.ndarray]
    motions: Motions
    side: int
    n_joints: int


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
    modalities = {name: known[name].astype(np.float32) for name in LABELS}
    for name, values in modalities.items():
        values[~(labelled | wild if name == "joints_2d" else labelled)] = 0
    modalities[LABELLED] = labelled.astype(np.float32)
    modalities[LABELLED_2D] = (labelled | wild).astype(np.float32)
    others = bodies_of(unpaired_factors(split, n, shown.motions, seed), shown.motions)
    unpaired = others.joints(shown.n_joints) @ others.turn
    modalities[UNPAIRED] = unpaired.astype(np.float32)
    return further, modalities


def _known(shown: Shown) -> Arrays:
    """Return all labels of all images."""
    bodies = bodies_of(shown.factors, shown.motions)
    own = bodies.joints(shown.n_joints)
    view = bodies.view(shown.side)
    scale = 2 * view.scale[:, :1] / (shown.side * METRES)
    shift = 2 * view.origin / shown.side - 1
    in_space = own @ bodies.turn
    return {
        "joints_3d": in_space,
        "joints_2d": scale[:, None] * in_space[..., :2] + shift[:, None],
        "viewpoint": bodies.turn,
        "cpose": own,
        "weak_camera": np.concatenate([scale, shift], axis=1),
    }
