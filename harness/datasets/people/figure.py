"""The figure of ``people``: clothed limbs, trunk, head and bag as layers, from far to near."""

from collections.abc import Mapping

import numpy as np

from harness.drawing import colours
from harness.drawing.body import Measures
from harness.drawing.painting import Layer
from harness.drawing.shapes import Capsules, join, polyline

TROUSERS, SHORTS, SKIRT = range(3)
"""The values of the factor ``bottom``, from 0."""

_FLAT = 0.5  # relief of what is made of lines side by side, which would look quilted

Factors = Mapping[str, np.ndarray]


class Person:
    """The clothes and joints of the people of N images.

    Args:
        traits: the traits of :data:`harness.datasets.people.drawn.TRAITS`, ``[N]`` each.
        sizes: as :func:`harness.drawing.body.measures` returns them.
        places: as :func:`harness.datasets.people.poses.seen` returns them.
        yaw: ``[N]`` radians; 0 faces the viewer.
    """

    def __init__(self, traits: Factors, sizes: Measures, places: Factors, yaw: np.ndarray) -> None:
        self.traits, self.sizes = traits, sizes
        self.at = {name: place[:, :2] for name, place in places.items()}
        self.depth = {name: place[:, 2] for name, place in places.items()}
        self.facing, self.aside = np.cos(yaw), np.sin(yaw)

    def layers(self) -> list[Layer]:
        """Return the figure's layers, the farthest first."""
        left_is_nearer = self._depth("left_knee", "left_ankle") > self._depth(
            "right_knee", "right_ankle"
        )
        back = np.where(self.facing > 0.1, 1.0, 0.0)  # what hangs on the back is behind the trunk
        in_front = {
            side: (self._depth(f"{side}_elbow", f"{side}_wrist") > self.depth["thorax"] - 1.0) * 1.0
            for side in ("left", "right")
        }
        return [
            *self._bag(back),
            self._long_hair(back),
            *self._arm("left", 1 - in_front["left"]),
            *self._arm("right", 1 - in_front["right"]),
            *self._leg(~left_is_nearer),
            *self._leg(left_is_nearer),
            *self._trunk(),
            *self._head(),
            self._long_hair(1 - back),
            *self._bag(1 - back),
            *self._arm("left", in_front["left"]),
            *self._arm("right", in_front["right"]),
        ]

    def _depth(self, *names: str) -> np.ndarray:
        return np.asarray(sum(self.depth[name] for name in names) / len(names))

    def _side(self, name: str, left: np.ndarray) -> np.ndarray:
        """Return the left joint where ``left`` is true and the right one elsewhere."""
        return np.where(left[:, None], self.at[f"left_{name}"], self.at[f"right_{name}"])

    def _arm(self, side: str, opacity: np.ndarray) -> list[Layer]:
        shoulder, elbow, wrist, hand = (
            self.at[f"{side}_{joint}"] for joint in ("shoulder", "elbow", "wrist", "hand")
        )
        girth, long = self.sizes["arm_girth"], self.traits["sleeves"][:, None] > 0.5
        cuffs = np.where(long, elbow, _mid(shoulder, elbow, 0.5))
        end = np.where(long, wrist, _mid(shoulder, elbow, 0.62))
        skin = _line((shoulder, elbow, wrist, hand), girth, (0.95, 0.82, 0.62, 0.72))
        sleeve = _line((shoulder, cuffs, end), girth, (1.22, 1.1, 0.95))
        return [
            self._layer(skin, colours.skin(self.traits["skin_tone"]), opacity),
            self._layer(sleeve, 0.94 * self._cloth("top"), opacity),
        ]

    def _leg(self, left: np.ndarray) -> list[Layer]:
        hip, knee, ankle, toe = (self._side(j, left) for j in ("hip", "knee", "ankle", "toe"))
        girth = self.sizes["leg_girth"]
        long = self.traits["bottom"][:, None] == TROUSERS
        high = np.where(self.traits["bottom"][:, None] == SKIRT, 0.3, 0.72)
        middle = np.where(long, knee, _mid(hip, knee, high))
        end = np.where(long, _mid(knee, ankle, 0.94), _mid(hip, knee, 1.1 * high))
        skin = _line((hip, knee, ankle), girth, (1.05, 0.74, 0.42))
        hem = np.where(long[:, 0], 0.62, 1.1) * girth
        hips = np.stack([1.14 * girth, np.where(long[:, 0], 0.86, 1.12) * girth, hem], axis=1)
        cloth = polyline(np.stack([hip, middle, end], axis=1), hips)
        shoe = _line((ankle, toe), girth, (0.5, 0.4))
        value = self.traits["shoes_value"]
        return [
            self._layer(skin, colours.skin(self.traits["skin_tone"])),
            self._layer(shoe, np.repeat(0.08 + 0.85 * value[:, None], 3, axis=1)),
            self._layer(cloth, self._cloth("bottom")),
        ]

    def _trunk(self) -> list[Layer]:
        chest, waist, hips = (self.sizes[f"{part}_girth"] for part in ("chest", "waist", "hip"))
        top = self._slab(
            (0.12, 0.4, 0.7, 0.87), np.stack([1.04 * hips, waist, chest, 0.86 * chest], axis=1)
        )
        shoulders = (self.at["left_shoulder"], self.at["right_shoulder"])
        across = _line(
            (shoulders[0], self._up(0.97), shoulders[1]), self.sizes["arm_girth"], (1.1,) * 3
        )
        seat = self._slab((0.0, 0.16), np.stack([0.98 * hips, 0.98 * hips], axis=1))
        badge = _line((self._up(0.66), self._up(0.76)), chest, (0.4, 0.4))
        seen = np.clip(1.5 * self.facing, 0, 1)
        return [
            self._layer(seat, self._cloth("bottom"), relief=_FLAT),
            self._layer(
                self._skirt(), self._cloth("bottom"), self.traits["bottom"] == SKIRT, relief=_FLAT
            ),
            self._layer(join(top, across), self._cloth("top"), relief=_FLAT),
            self._layer(badge, self._cloth("print"), self.traits["print"] * seen),
        ]

    def _slab(self, shares: tuple[float, ...], girths: np.ndarray) -> Capsules:
        """Return three upright lines of capsules: a body wider than it is deep.

        Args:
            shares: heights between the pelvis and the neck, from below.
            girths: ``[N, len(shares)]``, half the width there.
        """
        deep = 0.66 * girths
        wide = (girths - deep) * self.facing[:, None]
        spine = np.stack([self._up(share) for share in shares], axis=1)
        return join(
            *(polyline(spine + side * _sideways(wide), deep) for side in (-1.0, 1.0)),
            polyline(spine, deep),
        )

    def _skirt(self) -> Capsules:
        girth = self.sizes["leg_girth"]
        hips = [self.at[f"{side}_hip"] for side in ("left", "right")]
        hems = [_mid(self.at[f"{s}_hip"], self.at[f"{s}_knee"], 0.74) for s in ("left", "right")]
        sides = [_line(ends, girth, (1.1, 1.2)) for ends in zip(hips, hems, strict=True)]
        middle = _line((self.at["pelvis"], _mid(hems[0], hems[1], 0.5)), girth, (1.1, 1.2))
        return join(*sides, middle, _line((hems[0], hems[1]), girth, (1.2, 1.2)))

    def _up(self, share: float) -> np.ndarray:
        return _mid(self.at["pelvis"], self.at["neck"], share)

    def _head(self) -> list[Layer]:
        head, neck, crown = self.at["head"], self.at["neck"], self.at["crown"]
        size = self.sizes["head"]
        skin = colours.skin(self.traits["skin_tone"])
        forward = _sideways(self.aside * size)
        jaw = _mid(head, neck, 0.45) + 0.15 * forward
        skull = _line((neck, jaw, head), size, (0.6, 0.62, 0.92))
        scalp = _mid(head, crown, 0.28) - 0.16 * forward
        hair = _line((scalp - 0.1 * forward, scalp), size, (1.0, 0.98))
        # The face is where the figure looks, and hidden where it looks away.
        brow = head + 0.34 * forward + 0.12 * (head - crown)
        chin = _mid(brow, jaw + 0.3 * forward, 0.75)
        face = _line((brow, chin), size, (0.74, 0.62))
        opacity = np.clip(2.2 * (self.facing + 0.35), 0, 1)
        return [
            self._layer(skull, skin),
            self._layer(hair, self._hair()),
            self._layer(face, skin, opacity),
        ]

    def _long_hair(self, opacity: np.ndarray) -> Layer:
        size = self.sizes["head"]
        back = -0.3 * _sideways(self.aside * size)
        head = self.at["head"] + back
        tip = _mid(self.at["neck"], self.at["spine"], 0.35) + 1.3 * back
        end = _mid(head, tip, np.maximum(self.traits["hair_length"], 0.05)[:, None])
        worn = (self.traits["hair_length"] > 0) * opacity
        return self._layer(_line((head, end), size, (1.0, 0.8)), self._hair(), worn)

    def _bag(self, opacity: np.ndarray) -> list[Layer]:
        chest = self.sizes["chest_girth"]
        back = -1.1 * _sideways(self.aside * chest)
        top, foot = (_mid(self.at["pelvis"], self.at["neck"], share) for share in (0.78, 0.36))
        # Seen from the side it is thinner, seen from the front it shows beside the trunk.
        thin = 1 - 0.4 * np.abs(self.aside)
        bag = _line((top + back, foot + back), thin * chest, (0.84, 0.95))
        pocket = _line((_mid(top, foot, 0.55) + back, foot + back), thin * chest, (0.5, 0.55))
        worn = self.traits["backpack"] * opacity
        away = worn * np.clip(-1.5 * self.facing, 0, 1)
        return [
            self._layer(bag, self._cloth("backpack"), worn),
            self._layer(pocket, 0.72 * self._cloth("backpack"), away),
        ]

    def _hair(self) -> np.ndarray:
        return colours.hair(self.traits["hair_tone"])

    def _cloth(self, name: str) -> np.ndarray:
        """Return a garment's colour ``[N, 3]``, at most so saturated as dyed cloth is."""
        value = 0.1 + 0.82 * self.traits[f"{name}_value"]
        grey = np.repeat(value[:, None], 3, axis=1)
        pure = colours.hue(self.traits[f"{name}_hue"], 1.0, value)
        share = 0.85 * self.traits[f"{name}_saturation"][:, None]
        return np.asarray(grey + share * (pure - grey))

    def _layer(
        self,
        shape: Capsules,
        colour: np.ndarray,
        opacity: np.ndarray | None = None,
        relief: float = 0.85,
    ) -> Layer:
        opacities = np.ones(len(colour)) if opacity is None else np.asarray(opacity, np.float64)
        return Layer(shape, colour, opacities, relief=relief)


def _line(points: tuple[np.ndarray, ...], girth: np.ndarray, shares: tuple[float, ...]) -> Capsules:
    """Return capsules through points ``[N, 2]``; their radii are shares of ``girth`` ``[N]``."""
    return polyline(np.stack(points, axis=1), girth[:, None] * np.array(shares))


def _sideways(x: np.ndarray) -> np.ndarray:
    """Return ``x`` ``[...]`` as vectors ``[..., 2]`` along the image's rows."""
    return np.stack([x, 0 * x], axis=-1)


def _mid(a: np.ndarray, b: np.ndarray, share: float | np.ndarray) -> np.ndarray:
    return np.asarray(a + share * (b - a))
