"""The layers of the procedural sprites: eleven capsules, clothes, hair and a weapon."""

from collections.abc import Mapping

import numpy as np

from harness.datasets.sprites.poses import FRAMES, VIEWS, joints
from harness.drawing.painting import Layer
from harness.drawing.shapes import Capsules, Ellipses, Shape

CHOICES = {"body": 3, "hair": 7, "topwear": 4, "bottomwear": 4, "weapon": 2}
"""The attributes and how many of each there are."""
ARMED = ("thrust", "slash")
"""The actions in which the weapon is drawn."""

_SKIN = np.array([[0.96, 0.78, 0.62], [0.76, 0.53, 0.36], [0.45, 0.62, 0.36]])  # the last: an orc
_HAIR = np.array(
    [[0.16, 0.13, 0.15], [0.93, 0.78, 0.30], [0.48, 0.28, 0.14], [0.78, 0.24, 0.12],
     [0.24, 0.44, 0.86], [0.90, 0.90, 0.94], [0.62, 0.26, 0.66]]
)  # fmt: skip
_LONG, _CREST, _TAIL = (2, 5), (4,), (3, 6)  # which hair is cut how; the others are short
_TOP = np.array([[0.78, 0.20, 0.20], [0.20, 0.34, 0.72], [0.90, 0.86, 0.74], [0.20, 0.52, 0.34]])
_SHORT_SLEEVES, _ROBE = (0, 2), (3,)
_BOTTOM = np.array([[0.32, 0.25, 0.20], [0.24, 0.28, 0.48], [0.58, 0.55, 0.50], [0.62, 0.42, 0.18]])
_BARE_SHINS = (2,)
_SHOE, _EYE, _OUTLINE = (0.26, 0.17, 0.13), (0.08, 0.07, 0.12), (0.10, 0.08, 0.12)
_STEEL, _WOOD = (0.82, 0.85, 0.92), (0.60, 0.42, 0.22)
_RELIEF = 0.55
_RIM = 0.9  # of the dark outline, pixels

Factors = Mapping[str, np.ndarray]


def figure(factors: Factors, view: int) -> list[Layer]:
    """Return the layers of figures that are all seen from one view, the first at the back.

    Args:
        factors: the attributes, ``action``, ``direction`` and ``phase``, each ``[N]`` int64.
        view: their ``direction``.
    """
    at = joints(factors)
    side_on = VIEWS[view] in ("left", "right")
    body = _body(at, factors, side_on)
    head = _head(at, factors, view)
    weapon = _weapon(at, factors)
    right, left = [*weapon, *body["right_arm"]], body["left_arm"]
    legs = [*body["right_leg"], *body["left_leg"]]
    outline = [_outline(layer) for part in (body["outline"], head["outline"]) for layer in part]
    match VIEWS[view]:
        case "front":
            order = [*head["behind"], *legs, *body["trunk"], *head["front"], *right, *left]
        case "back":
            order = [*right, *left, *legs, *body["trunk"], *head["front"], *head["behind"]]
        case "left":  # its left side is the near one
            legs = [*body["right_leg"], *body["left_leg"]]
            order = [*right, *legs, *body["trunk"], *head["behind"], *head["front"], *left]
        case _:
            legs = [*body["left_leg"], *body["right_leg"]]
            order = [*left, *legs, *body["trunk"], *head["behind"], *head["front"], *right]
    return [*outline, *order]


def _body(at: Factors, factors: Factors, side_on: bool) -> dict[str, list[Layer]]:
    """Return trunk, arms and legs: ten of the eleven capsules; the eleventh is the head."""
    skin, top, bottom = (
        of[factors[name]]
        for of, name in ((_SKIN, "body"), (_TOP, "topwear"), (_BOTTOM, "bottomwear"))
    )
    forearm = np.where(_among(factors["topwear"], _SHORT_SLEEVES)[:, None], skin, top)
    shin = np.where(_among(factors["bottomwear"], _BARE_SHINS)[:, None], skin, bottom)
    wide = 0.85 if side_on else 1.0
    chest, pelvis = at["chest"], at["pelvis"]
    trunk = _capsule(chest, pelvis, 5.4 * wide, 4.6 * wide)
    hips = _capsule(_moved(pelvis, -2.4 * wide), _moved(pelvis, 2.4 * wide), 3.0, 3.0)
    hem = _capsule(pelvis, _moved(pelvis, 0, 8.0), 4.6, 6.4)
    layers: dict[str, list[Layer]] = {
        "trunk": [_layer(hips, bottom), _layer(trunk, top),
                  _layer(hem, top, _among(factors["topwear"], _ROBE))],
        "outline": [_layer(hips, bottom), _layer(trunk, top)],
    }  # fmt: skip
    for side in ("left", "right"):
        shoulder, elbow, hand, hip, knee, ankle, toe = (
            at[f"{side}_{j}"] for j in ("shoulder", "elbow", "hand", "hip", "knee", "ankle", "toe")
        )
        upper = _layer(_capsule(shoulder, elbow, 2.5, 2.2), top)
        lower = _layer(_capsule(elbow, hand, 2.1, 1.7), forearm)
        fist = _layer(_capsule(hand, hand, 1.9, 1.9), skin)
        thigh = _layer(_capsule(hip, knee, 3.0, 2.6), bottom)
        calf = _layer(_capsule(knee, ankle, 2.5, 2.1), shin)
        shoe = _layer(_capsule(ankle, toe, 2.3, 1.9), _same(_SHOE, skin))
        layers[f"{side}_arm"] = [lower, upper, fist]
        layers[f"{side}_leg"] = [thigh, calf, shoe]
        layers["outline"] += [upper, lower, fist, thigh, calf, shoe]
    return layers


def _head(at: Factors, factors: Factors, view: int) -> dict[str, list[Layer]]:
    """Return the head with its face, and the hair behind it."""
    head = at["head"]
    skin, hair = _SKIN[factors["body"]], _HAIR[factors["hair"]]
    ahead = {"back": 0.0, "left": -1.0, "front": 0.0, "right": 1.0}[VIEWS[view]]
    skull = _layer(_capsule(_moved(head, 0, -2.0), _moved(head, 0, 2.0), 7.9, 7.2), skin)
    crown = _moved(head, -1.4 * ahead, -5.0)
    cap = _layer(_ellipse(crown, 8.6, 5.6), hair)
    fringe = [_layer(_ellipse(_moved(head, x, -1.0), 2.0, 5.0), hair) for x in (-7.4, 7.4)]
    nape = [_layer(_ellipse(_moved(head, -5.0 * ahead, 0.5), 4.8, 7.0), hair)]
    crest = _layer(
        _capsule(_moved(head, 5.0 * ahead, -11.0), _moved(head, -7.0 * ahead, -9.0), 2.8, 2.8),
        hair,
        _among(factors["hair"], _CREST),
    )
    eyes = [
        _layer(_ellipse(_moved(head, x, 2.0), 1.3, 2.1), _same(_EYE, skin), relief=0)
        for x in {"back": (), "left": (-4.6,), "front": (-3.2, 3.2), "right": (4.6,)}[VIEWS[view]]
    ]
    back = [_layer(_ellipse(_moved(head, 0, 0.5), 8.2, 8.0), hair)]
    around = {"back": back, "front": fringe}.get(VIEWS[view], nape)
    behind = _hanging_hair(head, ahead, hair, factors)
    return {
        "behind": behind,
        "front": [skull, *eyes, *around, cap, crest],
        "outline": [skull, cap, *around, crest, *behind],
    }


def _hanging_hair(
    head: np.ndarray, ahead: float, hair: np.ndarray, factors: Factors
) -> list[Layer]:
    top, bottom = _moved(head, -3.5 * ahead, 0.0), _moved(head, -4.5 * ahead, 13.0)
    tied = _moved(head, -7.0 * ahead, -3.0), _moved(head, -10.5 * ahead, 12.0)
    return [
        _layer(_capsule(top, bottom, 7.6, 5.6), hair, _among(factors["hair"], _LONG)),
        _layer(_capsule(*tied, 3.2, 1.6), hair, _among(factors["hair"], _TAIL)),
    ]


def _weapon(at: Factors, factors: Factors) -> list[Layer]:
    """Return a sword or a spear in the right hand, seen in some of the actions alone."""
    hand = at["right_hand"]
    along = at["right_ahead"] - hand
    armed = _among(factors["action"], [list(FRAMES).index(action) for action in ARMED])
    sword, spear = (armed * (factors["weapon"] == kind) for kind in (0, 1))
    aside = 2.6 * along[:, ::-1] * np.array([1.0, -1.0])
    guard = hand + 2.5 * along
    parts = (
        (_capsule(guard, hand + 15.0 * along, 1.7, 0.9), _STEEL, sword),
        (_capsule(guard - aside, guard + aside, 1.0, 1.0), _WOOD, sword),
        (_capsule(hand - 9.0 * along, hand + 13.0 * along, 0.9, 0.9), _WOOD, spear),
        (_capsule(hand + 12.5 * along, hand + 17.0 * along, 2.1, 0.4), _STEEL, spear),
    )
    layers = [_layer(shape, _same(colour, hand), mask) for shape, colour, mask in parts]
    return [*(_outline(layer) for layer in layers), *layers]


def _outline(layer: Layer) -> Layer:
    """Return a somewhat larger, dark and flat layer to paint behind one."""
    return _layer(_grown(layer.shape), _same(_OUTLINE, layer.colour), layer.opacity, relief=0)


def _grown(shape: Shape) -> Shape:
    if isinstance(shape, Capsules):
        return Capsules(shape.start, shape.end, shape.radius + _RIM)
    assert isinstance(shape, Ellipses)
    return Ellipses(shape.centre, shape.radii + _RIM)


def _layer(
    shape: Shape, colour: np.ndarray, mask: np.ndarray | None = None, relief: float = _RELIEF
) -> Layer:
    opacity = np.ones(len(colour)) if mask is None else np.asarray(mask, np.float64)
    return Layer(shape, colour, opacity, relief=relief)


def _capsule(start: np.ndarray, end: np.ndarray, first: float, last: float) -> Capsules:
    radius = np.broadcast_to(np.array([first, last]), (len(start), 1, 2))
    return Capsules(start[:, None], end[:, None], radius)


def _ellipse(centre: np.ndarray, rx: float, ry: float) -> Ellipses:
    return Ellipses(centre[:, None], np.broadcast_to(np.array([rx, ry]), (len(centre), 1, 2)))


def _moved(place: np.ndarray, x: float, y: float = 0.0) -> np.ndarray:
    return np.asarray(place + np.array([x, y]))


def _same(colour: tuple[float, ...], like: np.ndarray) -> np.ndarray:
    return np.broadcast_to(np.array(colour), (len(like), 3))


def _among(values: np.ndarray, chosen: list[int] | tuple[int, ...]) -> np.ndarray:
    return np.isin(values, chosen)
