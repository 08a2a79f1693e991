"""The procedural people: who they are, how each image shows them, and its drawing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from harness import keyed_random
from harness.data.dataset import SplitName
from harness.datasets.people import poses, scenes
from harness.datasets.people.figure import Person
from harness.drawing.body import STATURE, measures
from harness.drawing.painting import Layer, View, paint
from harness.drawing.shapes import Ellipses
from harness.drawing.skeleton import KEYPOINTS, joints

IMAGES_EACH = 20
"""Images of one identity; no two of them are in the same frame."""
SHAPES = tuple(f"shape_{i}" for i in range(1, 10))
"""The shape coefficients of ``bodies`` but the first: crops are cut to a figure's stature."""
TRAITS = (
    "bottom",
    "sleeves",
    "backpack",
    "print",
    "skin_tone",
    "hair_tone",
    "hair_length",
    "shoes_value",
    *(
        f"{worn}_{of}"
        for worn in ("top", "bottom", "backpack", "print")
        for of in ("hue", "saturation", "value")
    ),
)
"""The look of an identity beside its shape: four choices (int64), and numbers in [0, 1]."""
PLACING = ("shift_x", "shift_y", "zoom", "place")
"""The place of a crop: shifts in its height, its zoom, and where in the camera's scene it is."""

_SHAPE_DEVIATION = 1.0  # of a shape coefficient; VITAE's 1.25 is for figures without clothes
_FILLED = 0.86  # of the image's height, by a standing figure seen at eye level
_SHARES = {"bottom": (0.6, 0.8), "sleeves": (0.45,), "backpack": (0.65,), "print": (0.6,)}
_SHORT_HAIR = 0.55  # the share of people with none below the neck

Factors = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Look:
    """The format of the images.

    Attributes:
        square: 256 x 256 pixels in a studio with plain paper behind, as DeepFashion's shop images;
            else 128 x 64 pixels by six cameras in the street, as Market-1501's crops.
        downscale: how many pixels of that full size are one along each axis.
    """

    square: bool = False
    downscale: int = 1

    @property
    def full(self) -> tuple[int, int]:
        """Height and width of a full-size image, pixels."""
        return (256, 256) if self.square else (128, 64)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of an image, pixels."""
        height, width = self.full
        return height // self.downscale, width // self.downscale


def draw_factors(split: SplitName, n: int, seed: int = 0, start: int = 0) -> dict[str, np.ndarray]:
    """Return the factors of the images ``start .. start + n - 1``, each ``[n]``.

    Twenty images in a row are of one identity. ``identity``: 0, 2, 4 … in training, 1, 3, 5 … in
    the test; the shape coefficients, N(0, 1), and :data:`TRAITS`; ``frame`` with ``action``,
    ``phase`` and ``direction`` (see ``people.poses``), different in every image of
    an identity; ``camera`` 0-5; ``query``, 1 in the first image of an identity by each camera; and
    :data:`PLACING`. Names and counts are int64, numbers float32.
    """
    images = np.arange(start, start + n)
    who, which = np.divmod(images, IMAGES_EACH)
    first = start // IMAGES_EACH
    people = np.arange(first, first + len(np.unique(who)))
    of_person = _identities(f"people/{split}/{seed}", people)
    of_image = _image_factors(f"people/{split}/{seed}", people)
    row = who - first
    factors = {name: values[row] for name, values in of_person.items()}
    factors |= {name: values[row, which] for name, values in of_image.items()}
    frames = {name: values[factors["frame"]] for name, values in poses.frames().items()}
    u = keyed_random.uniforms(f"people/placing/{split}/{seed}", n, len(PLACING), start).T
    placing = {
        "shift_x": 0.05 * (2 * u[0] - 1),
        "shift_y": 0.025 * (2 * u[1] - 1),
        "zoom": 1 + 0.07 * (2 * u[2] - 1),
        "place": u[3],
    }
    identity = 2 * who + (split == "test")
    exact = {"identity": identity, **factors, **frames}
    return {**exact, **{name: values.astype(np.float32) for name, values in placing.items()}}


def _identities(key: str, people: np.ndarray) -> dict[str, np.ndarray]:
    """Return shapes and traits of some people, ``[P]`` each."""
    from scipy.special import ndtri

    width = len(SHAPES) + len(TRAITS)
    u = keyed_random.uniforms(f"{key}/identities", len(people), width, int(people[0])).T
    shapes = (_SHAPE_DEVIATION * ndtri(u[: len(SHAPES)])).astype(np.float32)
    traits = dict(zip(TRAITS, u[len(SHAPES) :], strict=True))
    traits["hair_length"] = np.maximum(traits["hair_length"] - _SHORT_HAIR, 0) / (1 - _SHORT_HAIR)
    traits = {name: values.astype(np.float32) for name, values in traits.items()}
    chosen = {name: np.searchsorted(ends, traits[name]) for name, ends in _SHARES.items()}
    return {**dict(zip(SHAPES, shapes, strict=True)), **traits, **chosen}


def _image_factors(key: str, people: np.ndarray) -> dict[str, np.ndarray]:
    """Return ``frame``, ``camera`` and ``query`` of every image of some people, ``[P, 20]``."""
    n_frames = len(poses.frames()["frame"])
    draws = keyed_random.uniforms(f"{key}/frames", len(people), n_frames, int(people[0]))
    frame = np.argsort(draws, axis=1, kind="stable")[:, :IMAGES_EACH]
    u = keyed_random.uniforms(f"{key}/cameras", len(people), IMAGES_EACH, int(people[0]))
    camera = (scenes.CAMERAS * u).astype(np.int64)
    earlier = np.tril(np.ones((IMAGES_EACH, IMAGES_EACH), bool), -1)
    met = ((camera[:, :, None] == camera[:, None]) & earlier).any(2)
    return {"frame": frame, "camera": camera, "query": 1 - met.astype(np.int64)}


def render(factors: Factors, look: Look) -> np.ndarray:
    """Draw people.

    Args:
        factors: as :func:`draw_factors` returns them, each ``[N]``.
        look: what the images are like.

    Returns:
        ``[N, 3, *look.size]`` uint8, RGB.
    """
    sizes, places = _joints(factors)
    camera, yaw = factors["camera"], poses.angles_of(factors["frame"])["yaw"]
    person = Person(factors, sizes, places, yaw)
    gains = np.ones((len(camera), 3)) if look.square else scenes.gains(camera)
    layers = [_shadow(places), *person.layers()]
    return paint(
        _background(factors, look, gains),
        [replace(layer, colour=np.clip(layer.colour * gains, 0, 1)) for layer in layers],
        scenes.lights(camera),
        _view(factors, places, look),
    )


def keypoints(factors: Factors, look: Look) -> dict[str, np.ndarray]:
    """Return where :data:`~harness.drawing.skeleton.KEYPOINTS` are, hidden or not.

    ``pelvis_x``, ``pelvis_y`` and so on, each ``[N]`` float32 in pixels of the image; whole numbers
    are centres of pixels.
    """
    _, places = _joints(factors)
    view = _view(factors, places, look)
    coordinates: dict[str, np.ndarray] = {}
    for name in KEYPOINTS:
        pixels = places[name][:, :2] * view.scale + view.origin - 0.5
        coordinates |= {f"{name}_{a}": pixels[:, i].astype(np.float32) for i, a in enumerate("xy")}
    return coordinates


def _joints(factors: Factors) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return the measures and the places of the joints, as the cameras see them."""
    coefficients = [np.asarray(factors[name], np.float64) for name in SHAPES]
    sizes = measures(np.stack([0 * coefficients[0], *coefficients], axis=-1))
    places = joints(sizes, poses.angles_of(factors["frame"]))
    return sizes, poses.seen(places, scenes.elevations(factors["camera"]))


def _view(factors: Factors, places: Factors, look: Look) -> View:
    """Return where the figures are: their middle in the crop's, but for its shift."""
    height, width = look.full
    x, y, zoom = (np.asarray(factors[name], np.float64) for name in ("shift_x", "shift_y", "zoom"))
    crown = places["crown"][:, 1]
    foot = np.maximum(places["left_toe"][:, 1], places["right_toe"][:, 1])
    scale = zoom * _FILLED * height / STATURE
    middle = np.stack([0 * x, (crown + foot) / 2], axis=-1) * scale[:, None]
    centre = np.array([width / 2, height / 2]) + height * np.stack([x, y], axis=-1)
    each = np.stack([scale, scale], axis=-1)
    return View(each / look.downscale, (centre - middle) / look.downscale)


def _background(factors: Factors, look: Look, gains: np.ndarray) -> np.ndarray:
    n, (height, width) = len(factors["camera"]), look.size
    if look.square:
        return np.broadcast_to(scenes.paper(height)[:, None], (n, 3, height, width))
    behind = scenes.backgrounds(factors["camera"], factors["place"], look.full)
    d = look.downscale
    # Summed pixel by pixel: numpy's means add in an order that depends on the number of images.
    parts = [behind[:, :, i::d, j::d] for i in range(d) for j in range(d)]
    pooled = np.asarray(sum(parts)) / d**2
    return np.asarray(np.clip(pooled * gains[:, :, None, None], 0, 1), np.float32)


def _shadow(places: Factors) -> Layer:
    """Return the dark spot on the ground below the feet."""
    feet = np.stack([places[f"{side}_ankle"][:, :2] for side in ("left", "right")])
    ground = np.maximum(*(places[f"{side}_toe"][:, 1] for side in ("left", "right")))
    centre = np.stack([feet[..., 0].mean(0), ground + 2], axis=-1)
    wide = 34 + 0.5 * np.abs(feet[0, :, 0] - feet[1, :, 0])
    shape = Ellipses(centre[:, None], np.stack([wide, 0 * wide + 9], axis=-1)[:, None])
    n = len(wide)
    return Layer(shape, np.zeros((n, 3)), np.full(n, 0.42), soft=14.0)
