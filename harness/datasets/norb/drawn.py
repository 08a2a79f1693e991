"""The procedural toys: solids in grey on a table, a counterpart of small NORB."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from harness.data.identity_frames import IdentityFrames
from harness.datasets.norb.toys import CATEGORIES, N_INSTANCES, toy
from harness.drawing.solids import Solid, cast, on_plane, view_from

SIZE = 96
"""Height and width of an image, pixels."""
STEPS = {"elevation": 9, "azimuth": 18, "lighting": 6}
"""How many of each there are, of every toy."""

_WIDTH = 2.0  # of the image
_REACH = 0.92  # of a toy from its middle, along the image, from wherever it reaches farthest
_FINE = 2 * SIZE  # rays along each side of the image, four a pixel
_STEREO = np.deg2rad(2.0)  # between the two cameras
_TABLE, _SHADE, _PAINT = 0.78, 0.55, 0.9
_AMBIENT = 0.22
_LAMPS = (  # left or right of the camera and above the table, degrees; strength
    ((-65, 30, 0.8),),
    ((65, 30, 0.8),),
    ((-110, 45, 0.5), (110, 45, 0.5)),
    ((0, 70, 0.85),),
    ((180, 50, 0.5), (-30, 40, 0.3)),
    ((-65, 30, 0.45), (65, 30, 0.45), (0, 70, 0.3)),
)

Factors = Mapping[str, np.ndarray]


def drawn_toys(cameras: int) -> IdentityFrames:
    """Return the 50 toys, to be drawn when they are asked for.

    Factors of an identity are ``identity``, ``category`` and ``instance``; those of a frame are
    what :func:`frames` returns.
    """
    number = np.arange(len(CATEGORIES) * N_INSTANCES)
    category, instance = np.divmod(number, N_INSTANCES)
    of_identity = {"identity": number, "category": category, "instance": instance}
    of_frame = frames(cameras)

    def gather(identity: np.ndarray, frame: np.ndarray) -> np.ndarray:
        factors = {name: values[identity] for name, values in of_identity.items()}
        return render({**factors, **{name: values[frame] for name, values in of_frame.items()}})

    return IdentityFrames("norb-drawn", {}, of_identity, of_frame, 1, lambda: gather)


def frames(cameras: int) -> dict[str, np.ndarray]:
    """Return ``elevation``, ``azimuth``, ``lighting``, ``camera`` and ``frame`` of all frames.

    All count steps from 0: of 5 degrees from 30 upward; of 20 degrees around the toy; the lamps;
    the left camera and the right one; and the frames, in this order.
    """
    counts = (*STEPS.values(), cameras)
    known = dict(zip((*STEPS, "camera"), (c.ravel() for c in np.indices(counts)), strict=True))
    return {**known, "frame": np.arange(np.prod(counts))}


def render(factors: Factors) -> np.ndarray:
    """Draw toys.

    Args:
        factors: ``category``, ``instance`` and those of :func:`frames`, each ``[N]`` int64.

    Returns:
        ``[N, 1, 96, 96]`` uint8.
    """
    lighting = factors["lighting"]
    images = np.empty((len(lighting), 1, SIZE, SIZE), np.uint8)
    seen = ("category", "instance", "elevation", "azimuth", "camera")
    places = np.stack([factors[name] for name in seen])
    views, view_of = np.unique(places, axis=1, return_inverse=True)
    for k, (category, instance, *place) in enumerate(views.T):
        rows = np.flatnonzero(view_of == k)
        images[rows, 0] = _lit(int(category), int(instance), place, lighting[rows])
    return images


def _lit(category: int, instance: int, place: list[int], lighting: np.ndarray) -> np.ndarray:
    """Return one view of a toy under several lamps, ``[n, 96, 96]`` uint8."""
    view = _view(*place)
    azimuth = np.arctan2(view[2, 1], view[2, 0])
    visible = cast(_centred(category, instance), view, _FINE, _WIDTH)
    on_toy = np.isfinite(visible.depth)
    normals = visible.normal[on_toy]
    grey = _table(category, instance, view)
    images = np.empty((len(lighting), SIZE, SIZE), np.uint8)
    for i, lamps in enumerate(lighting):
        light = np.full(len(normals), _AMBIENT, np.float32)
        for turned, above, strength in _LAMPS[lamps]:
            # Lamps are fixed to the camera's stand: the toy turns below them.
            towards = view_from(np.deg2rad(above), azimuth + np.deg2rad(turned))[2]
            light += strength * np.maximum(normals @ towards.astype(np.float32), 0)
        grey[on_toy] = np.minimum(_PAINT * light, 1)
        in_rows = grey[::2] + grey[1::2]
        images[i] = np.rint(255 / 4 * (in_rows[:, ::2] + in_rows[:, 1::2]))
    return images


def _table(category: int, instance: int, view: np.ndarray) -> np.ndarray:
    """Return the brightness of the table, darker where a toy keeps the light from above away."""
    ground, shade = _shade(category, instance)
    place = on_plane(ground, view, _FINE, _WIDTH)
    cell = np.clip((place / (2 * _WIDTH) + 0.5) * len(shade), 0, len(shade) - 1).astype(np.int64)
    covered = shade[cell[..., 1], cell[..., 0]]
    return np.asarray(_TABLE * (1 - _SHADE * covered), np.float32)


@cache
def _shade(category: int, instance: int) -> tuple[float, np.ndarray]:
    """Return the height of a toy's base, and its soft shadow on the table, in [0, 1]."""
    from scipy.ndimage import gaussian_filter

    solids = _centred(category, instance)
    ground = float(_extent(solids, np.eye(3))[0, 2])
    above = np.array([[1.0, 0, 0], [0, -1.0, 0], [0, 0, 1.0]])  # rows go with the second axis
    covered = np.isfinite(cast(solids, above, 2 * SIZE, 2 * _WIDTH).depth)
    return ground, gaussian_filter(covered.astype(np.float32), 0.05 / (2 * _WIDTH) * 2 * SIZE)


@cache
def _centred(category: int, instance: int) -> tuple[Solid, ...]:
    """Return a toy in the middle of the world, as large as the image allows from all sides."""
    solids = toy(category, instance)
    low, high = _extent(solids, np.eye(3))
    middle = (low + high) / 2
    moved = [replace(solid, centre=solid.centre - middle) for solid in solids]
    views = [_view(*place) for place in np.ndindex(STEPS["elevation"], STEPS["azimuth"], 2)]
    scale = _REACH / np.abs(_extent(moved, np.stack(views)))[..., :2].max()
    return tuple(
        replace(solid, centre=scale * solid.centre, half=scale * solid.half) for solid in moved
    )


def _extent(solids: Sequence[Solid], view: np.ndarray) -> np.ndarray:
    """Return the least and greatest place of any solid on the axes of viewers, ``[2, ..., 3]``."""
    places = np.stack([view @ solid.centre for solid in solids])
    reaches = np.stack([solid.reach(view) for solid in solids])
    return np.stack([(places - reaches).min(0), (places + reaches).max(0)])


def _view(elevation: int, azimuth: int, camera: int) -> np.ndarray:
    around = np.deg2rad(20.0 * azimuth) + _STEREO * (camera - 0.5)
    return view_from(np.deg2rad(30.0 + 5 * elevation), around)
