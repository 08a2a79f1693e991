"""The bodies of ``humans``: subjects' measures, their joints, and how a camera crops them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness import keyed_random
from harness.datasets.humans.joints import assembled, body_frame, bones, seventeen, thirty_two
from harness.datasets.humans.motions import Motions
from harness.drawing.body import STATURE, Measures, measures
from harness.drawing.painting import View
from harness.drawing.skeleton import ANGLES, KEYPOINTS, SIDES, joints
from harness.drawing.vectors import matrices, unit

SUBJECTS = {"train": 5, "test": 2, "others": 40}
"""How many people there are: in the training images, in the test's, and elsewhere."""
AZIMUTHS = np.radians([21.0, 159.0, 201.0, 339.0])
"""Where the four cameras stand around the people: in the corners of a long hall, as Human3.6M's."""
ELEVATION = np.radians(7.0)
"""By how much they look down."""
METRES = 1.72 / STATURE
"""Metres in the unit of drawing: the mean figure is 1.72 m tall."""
DISTANCE = 5.35
"""Metres from a camera to the middle of the hall, as of Human3.6M's four."""

_AROUND = 0.2  # by how much of that people are nearer or farther
_SPREAD = 1.25  # of the shape coefficients
_MARGIN = 1.12  # a crop's side in that of the smallest square that has all joints
_SMALLEST = 0.45  # of a crop's side, in statures

Factors = Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Bodies:
    """People before cameras, in units of drawing: right, down, towards the camera.

    Attributes:
        sizes: their measures, ``[N]`` each.
        own: their joints in the bodies' own frames, by name, ``[N, 3]`` each.
        turn: ``[N, 3, 3]``, by which rows of points in that frame are multiplied to be seen.
        away: ``[N]`` metres to the camera.
        near: whether that is so; else they are so far away that what is farther looks no smaller.
    """

    sizes: Measures
    own: Mapping[str, np.ndarray]
    turn: np.ndarray
    away: np.ndarray
    near: bool = False

    def joints(self, n_joints: int) -> np.ndarray:
        """Return 17 or 32 joints in the bodies' own frames, ``[N, J, 3]`` in metres."""
        return np.asarray((seventeen if n_joints == 17 else thirty_two)(self.own)) * METRES

    def seen(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return where cameras see points of them, and how much larger than at the pelvis.

        Args:
            points: ``[N, K, 3]`` in the bodies' own frames.

        Returns:
            ``[N, K, 2]``, and ``[N, K]``, which is 1 before cameras that are far away.
        """
        before = points @ self.turn
        if not self.near:
            return before[..., :2], np.ones(before.shape[:2])
        away = self.away[:, None] / METRES
        larger = away / (away - before[..., 2])
        return (before[..., :2] + self._aside()[:, None]) * larger[..., None], larger

    def view(self, side: int) -> View:
        """Return where they are in crops of ``side`` pixels: squares around all their joints.

        The middle of a crop of a near camera is on its optical axis.
        """
        low, high = self._box()
        if self.near:
            seen, _ = self.seen(self._every())
            low, high = -np.abs(seen).max(1), np.abs(seen).max(1)
        reach = np.maximum(_MARGIN * (high - low).max(1), _SMALLEST * STATURE)
        scale = side / reach
        return View(np.stack([scale, scale], axis=-1), side / 2 - (low + high) / 2 * scale[:, None])

    def pinholes(self) -> np.ndarray:
        """Return the cameras, ``[N, 13]``: a rotation by rows, a translation, a focal length.

        A camera sees ``f (x, y) / z`` of ``R X + T``, for ``X`` in the body's own frame; both are
        right, down and away from the camera, in metres, and places in the image from -1 to 1. One
        that is far away has the pinhole camera at ``away`` that sees the pelvis alike.
        """
        view = self.view(1)
        away = self.away[:, None]
        aside = self._aside() if self.near else (view.origin - 0.5) / view.scale
        flip = np.array([1.0, 1.0, -1.0])
        turn = (flip[:, None] * self.turn * flip).swapaxes(1, 2).reshape(-1, 9)
        focal = 2 * away / METRES * view.scale[:, :1]
        return np.concatenate([turn, METRES * aside, away, focal], axis=1)

    def _every(self) -> np.ndarray:
        return np.stack(list(self.own.values()), axis=1)

    def _box(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the least and the largest of where cameras far away see joints, ``[N, 2]``."""
        seen = (self._every() @ self.turn)[..., :2]
        return seen.min(1), seen.max(1)

    def _aside(self) -> np.ndarray:
        """Return how far from a near camera's axis the pelvis is, ``[N, 2]``."""
        low, high = self._box()
        return np.asarray(-(low + high) / 2)


def bodies_of(factors: Factors, motions: Motions, *, near: bool = False) -> Bodies:
    """Return the people of some factors, ``[N]`` each, before cameras near or far away."""
    sizes = {name: of[factors["subject"]] for name, of in _measures().items()}
    lengths = _lengths()[factors["subject"]]
    posed = assembled(motions.along[factors["motion"]].astype(np.float64), lengths)
    frame = body_frame(posed)
    own = dict(zip(KEYPOINTS, (posed @ frame.transpose(0, 2, 1)).swapaxes(0, 1), strict=True))
    heading = _about_vertical(factors["heading"].astype(np.float64) - AZIMUTHS[factors["camera"]])
    ce, se = np.cos(ELEVATION), np.sin(ELEVATION)
    away = DISTANCE * (1 + _AROUND * (2 * factors["place"].astype(np.float64) - 1))
    camera = np.array([[1.0, 0.0, 0.0], [0.0, ce, -se], [0.0, se, ce]])
    return Bodies(sizes, {**own, **_ends(own, sizes)}, frame @ heading @ camera, away, near)


def _about_vertical(yaw: np.ndarray) -> np.ndarray:
    cos, sin, none, one = np.cos(yaw), np.sin(yaw), np.zeros_like(yaw), np.ones_like(yaw)
    return matrices((cos, none, -sin), (none, one, none), (sin, none, cos))


def _measures() -> dict[str, np.ndarray]:
    """Return the measures of all people, ``[S]`` each."""
    from scipy.special import ndtri

    n = sum(SUBJECTS.values())
    return measures(_SPREAD * ndtri(keyed_random.uniforms("humans/subjects", n, 10)))


def _lengths() -> np.ndarray:
    """Return the lengths of all people's bones, ``[S, 17]``."""
    sizes = _measures()
    none = np.zeros(len(sizes["torso"]))
    standing = seventeen(joints(sizes, dict.fromkeys((*ANGLES, "yaw"), none)))
    return np.asarray(np.linalg.norm(bones(standing), axis=-1))


def _ends(own: Mapping[str, np.ndarray], sizes: Measures) -> dict[str, np.ndarray]:
    """Return the joints beyond the seventeen: crown, hands and toes, ``[N, 3]`` each."""
    ends = {"crown": own["head"] + 1.35 * sizes["head"][:, None] * unit(own["head"] - own["neck"])}
    for side in SIDES:
        wrist, elbow = own[f"{side}_wrist"], own[f"{side}_elbow"]
        ends[f"{side}_hand"] = wrist + 0.32 * (wrist - elbow)
        # A foot is at right angles to its shin, and points to where the knee does.
        hip, knee, ankle = (own[f"{side}_{name}"] for name in ("hip", "knee", "ankle"))
        shin = unit(ankle - knee)
        ahead = unit(knee - hip) - shin + np.array([0.0, 0.0, 0.6])
        ahead = unit(ahead - (ahead * shin).sum(-1, keepdims=True) * shin)
        ends[f"{side}_toe"] = ankle + 0.3 * sizes["shin"][:, None] * unit(ahead + 0.3 * shin)
    return ends
