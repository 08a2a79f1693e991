"""The figure of ``mannequin``: limbs, trunk, head and clothes as rods in its own frame."""

from dataclasses import dataclass

import numpy as np

from harness.datasets.mannequin.looks import CLOTHES
from harness.drawing.body import Measures
from harness.drawing.skeleton import SIDES, Vectors
from harness.drawing.vectors import unit

SKIN, HAIR, TOP, BOTTOM, ACCENT, SHOES = range(6)
"""The materials of parts."""

_LEFT = np.array([1.0, 0.0, 0.0])
_SHORTS, _SUIT, _DRESS, _HIKER = range(len(CLOTHES))
BARE = -1
"""No clothes, as sketches show figures; their trunk still has a material, which no line shows."""
_SOFT = {SKIN: 2.0, HAIR: 2.0, TOP: 7.0, BOTTOM: 6.0, ACCENT: 3.0, SHOES: 3.0}

Part = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]
"""Both ends ``[N, 3]``, the radius there ``[N]``, and the material."""


@dataclass(frozen=True, eq=False)
class Parts:
    """K rods in each of N figures that face the viewer, relative to the pelvis.

    Attributes:
        start: ``[N, K, 3]`` one end of the axes: right, down, towards the viewer.
        end: ``[N, K, 3]`` the other.
        radius: ``[N, K, 2]`` at either end.
        made_of: ``[K]`` :data:`SKIN`, :data:`HAIR` and so on.
        soft: ``[K]``: over what difference in height a part runs smoothly into one below it.
    """

    start: np.ndarray
    end: np.ndarray
    radius: np.ndarray
    made_of: np.ndarray
    soft: np.ndarray


class Figure:
    """People of one kind of clothes.

    Args:
        sizes: as ``looks.sizes_of`` returns them.
        at: their joints, as ``poses.body_joints`` returns them.
        clothes: which of ``looks.CLOTHES``.
        left: ``[N, 3]``, where the trunk's left is; None for straight to the right, which is that
            of people who face the viewer.
    """

    def __init__(
        self, sizes: Measures, at: Vectors, clothes: int, left: np.ndarray | None = None
    ) -> None:
        self.sizes, self.at, self.clothes = sizes, at, clothes
        self.up = unit(at["neck"] - at["pelvis"])
        self.left = _LEFT if left is None else left
        self.forward = np.cross(self.up, self.left)

    def parts(self) -> Parts:
        """Return the rods that the figures are drawn as."""
        parts = [*self._trunk(), *self._head()]
        for side in SIDES:
            parts += [*self._leg(side), *self._arm(side)]
        if self.clothes == _DRESS:
            parts += self._skirt()
        if self.clothes == _HIKER:
            parts += [*self._rucksack(), *self._hat()]
        start, end = (np.stack([part[i] for part in parts], axis=1) for i in (0, 1))
        radius = np.stack([np.stack(part[2:4], axis=-1) for part in parts], axis=1)
        made_of = np.array([part[4] for part in parts])
        return Parts(start, end, radius, made_of, np.array([_SOFT[kind] for kind in made_of]))

    def bare_limbs(self) -> dict[str, list[Part]]:
        """Return the parts of the same figures without clothes, by what has an outline.

        ``trunk``, ``head``, ``nose``, and each bone of each limb. It asks for :data:`BARE` clothes.
        """
        *head, nose = self._head()
        trunk = [part for part in self._trunk() if part[4] != ACCENT]
        limbs = {"trunk": trunk, "head": head, "nose": [nose]}
        for side in SIDES:
            bones = [*self._leg(side), *self._arm(side)]
            limbs |= {f"{side}_{number}": [bone] for number, bone in enumerate(bones)}
        return limbs

    def _leg(self, side: str) -> list[Part]:
        hip, knee, ankle, toe = (self.at[f"{side}_{j}"] for j in ("hip", "knee", "ankle", "toe"))
        girth = self.sizes["leg_girth"]
        if self.clothes == _SUIT:
            thigh, shin, end = BOTTOM, BOTTOM, ankle
            widths = 1.15, 0.9, 0.72
        else:
            thigh, shin, end = SKIN, SKIN, ankle
            widths = 1.05, 0.78, 0.5
        legs: list[Part] = [
            _part(hip, knee, girth, (widths[0], widths[1]), thigh),
            _part(knee, end, girth, (widths[1], widths[2]), shin),
            _part(ankle, _mid(ankle, toe, 0.95), girth, (0.62, 0.5), SHOES),
        ]
        if self.clothes in (_SHORTS, _HIKER):
            legs.append(_part(hip, _mid(hip, knee, 0.62), girth, (1.22, 1.2), BOTTOM))
        return legs

    def _arm(self, side: str) -> list[Part]:
        shoulder, elbow, wrist, hand = (
            self.at[f"{side}_{j}"] for j in ("shoulder", "elbow", "wrist", "hand")
        )
        girth = self.sizes["arm_girth"]
        cloth = TOP if self.clothes in (_SUIT, _HIKER) else SKIN
        arm: list[Part] = [
            _part(shoulder, elbow, girth, (1.1, 0.92), cloth),
            _part(elbow, wrist, girth, (0.92, 0.74), cloth),
            _part(wrist, _mid(wrist, hand, 0.7), girth, (0.8, 0.86), SKIN),
        ]
        if self.clothes == _SHORTS:
            arm.append(_part(shoulder, _mid(shoulder, elbow, 0.55), girth, (1.3, 1.25), TOP))
        return arm

    def _trunk(self) -> list[Part]:
        """Return the trunk, wider than it is deep, and its seat."""
        chest, waist, hips = (self.sizes[f"{part}_girth"] for part in ("chest", "waist", "hip"))
        below, middle, above = (self._along(share) for share in (0.08, 0.45, 0.8))
        parts: list[Part] = []
        for outward in (-0.36, 0.0, 0.36):
            sides = [
                place + outward * girth[:, None] * self.left
                for place, girth in ((below, hips), (middle, waist), (above, chest))
            ]
            parts += [
                (sides[0], sides[1], 0.7 * hips, 0.7 * waist, TOP),
                (sides[1], sides[2], 0.7 * waist, 0.7 * chest, TOP),
            ]
        shoulders = [self.at[f"{side}_shoulder"] for side in SIDES]
        arm = self.sizes["arm_girth"]
        collar = self._along(0.93)
        parts += [_part(collar, shoulder, arm, (1.5, 1.15), TOP) for shoulder in shoulders]
        seat = TOP if self.clothes == _DRESS else BOTTOM
        left, right = (self.at[f"{side}_hip"] for side in SIDES)
        parts.append(_part(left, right, hips, (0.72, 0.72), seat))
        front = [
            self._along(share) + 0.66 * girth[:, None] * self.forward
            for share, girth in ((0.72, chest), (0.34, waist))
        ]
        parts.append(_part(front[0], front[1], chest, (0.22, 0.22), ACCENT))
        return parts

    def _skirt(self) -> list[Part]:
        waist, girth = self._along(0.3), self.sizes["leg_girth"]
        hems = [_mid(self.at[f"{side}_hip"], self.at[f"{side}_knee"], 0.8) for side in SIDES]
        middle = _mid(hems[0], hems[1], 0.5)
        flared = [middle + 1.25 * (hem - middle) for hem in hems]
        ends = [*flared, middle, _mid(flared[0], middle, 0.5), _mid(flared[1], middle, 0.5)]
        return [_part(waist, end, girth, (1.0, 1.15), TOP) for end in ends]

    def _head(self) -> list[Part]:
        head, neck, crown = self.at["head"], self.at["neck"], self.at["crown"]
        size, above = self.sizes["head"], unit(crown - head)
        ahead = size[:, None] * self.forward
        jaw = head - 0.45 * size[:, None] * above + 0.18 * ahead
        nape = head - 0.15 * size[:, None] * above - 0.3 * ahead
        scalp = head + 0.3 * size[:, None] * above - 0.2 * ahead
        nose = head - 0.2 * size[:, None] * above + 0.95 * ahead
        return [
            _part(neck, jaw, size, (0.55, 0.55), SKIN),
            _part(jaw, head, size, (0.82, 0.96), SKIN),
            _part(scalp, nape, size, (0.98, 0.9), HAIR),
            _part(nose, nose, size, (0.16, 0.16), SKIN),
        ]

    def _hat(self) -> list[Part]:
        head, crown = self.at["head"], self.at["crown"]
        size, above = self.sizes["head"], unit(crown - head)
        high = size[:, None] * above
        rim = head + 0.5 * high
        brim = [
            rim
            + size[:, None] * (1.15 * np.cos(turn) * self.forward + 1.15 * np.sin(turn) * self.left)
            for turn in np.pi / 3 * np.arange(6)
        ]
        return [
            _part(rim + 0.25 * high, rim + 0.75 * high, size, (0.95, 0.8), ACCENT),
            *(
                _part(one, other, size, (0.22, 0.22), ACCENT)
                for one, other in zip(brim, brim[1:] + brim[:1], strict=True)
            ),
        ]

    def _rucksack(self) -> list[Part]:
        chest = self.sizes["chest_girth"][:, None]
        back = -1.05 * chest * self.forward
        high, low = self._along(0.86) + back, self._along(0.3) + back
        girth = self.sizes["chest_girth"]
        return [
            _part(
                high + out * chest * self.left,
                low + out * chest * self.left,
                girth,
                (0.55, 0.68),
                ACCENT,
            )
            for out in (-0.3, 0.3)
        ]

    def _along(self, share: float) -> np.ndarray:
        return _mid(self.at["pelvis"], self.at["neck"], share)


def _part(
    start: np.ndarray, end: np.ndarray, girth: np.ndarray, shares: tuple[float, float], kind: int
) -> Part:
    """Return a part whose radii at either end are shares of ``girth`` ``[N]``."""
    return start, end, shares[0] * girth, shares[1] * girth, kind


def _mid(a: np.ndarray, b: np.ndarray, share: float) -> np.ndarray:
    return np.asarray(a + share * (b - a))
