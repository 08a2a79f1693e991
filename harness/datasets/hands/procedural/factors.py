"""The factors of the procedural hands: poses, rotations and places (frames), and contents."""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from harness import keyed_random
from harness.data.dataset import CANONICAL_POSE, VIEW, SplitName
from harness.datasets.hands.procedural import gestures, scenes
from harness.datasets.hands.procedural.gestures import articulation

FRAMES, CONTENTS, EACH = 16, 8, 4
"""Sixty-four images in a row show 16 frames, each in 4 of the same 8 contents."""
CONTENT = (
    "background",
    "place",
    "skin_tone",
    "light_x",
    "light_y",
    "warmth",
    "sleeve_hue",
    "sleeve_value",
)
"""The factors of a content: scene and place in it, skin, light's direction and colour, sleeve."""
HELD = ("palm", "tilt", "azimuth", "roll", "shift_x", "shift_y", "distance")
"""How a hand is held: its rotation (radians) and where it is; shifts and distance in mm."""
CROSSED = 4
"""Of 16 frames in a row that are crossed, how many canonical poses and how many viewpoints."""

_MIXED = (0, 1, 3, 6)  # in which contents a frame is shown, counted on from its own number
_UNMIXED = tuple(i for i in range(CONTENTS) if i not in _MIXED)
_DISTANCE = 400.0
_TILT = {"facing": 60.0, "uniform": 90.0}

Factors = Mapping[str, np.ndarray]
Rotation = Literal["facing", "uniform"]


def draw_factors(
    split: SplitName,
    n: int,
    seed: int = 0,
    rotation: Rotation = "facing",
    start: int = 0,
    *,
    crossed: bool = False,
    seen: bool = False,
) -> dict[str, np.ndarray]:
    """Return the factors of the images ``start .. start + n - 1``, each ``[n]``.

    If frames are ``crossed``, 16 of them are 4 canonical poses with 4 viewpoints each, and
    ``canonical_pose`` and ``view`` are the labels of these.

    ``content``, a label, even in training and odd in the test, with what :data:`CONTENT` names;
    ``frame``, likewise, with ``gesture``, the joint angles in radians (see
    ``kinematics.LIMITS``), what :data:`HELD` names, and ``scale``, the hand's
    size as a multiple of the mean. Labels and choices are int64, numbers float32.

    A test split of what was ``seen`` has the training's frames, in the contents that training does
    not show them in.
    """
    if seen:
        split = "train"
    image = np.arange(start, start + n)
    block, within = np.divmod(image, FRAMES * EACH)
    frame = block * FRAMES + within // EACH
    mixed = np.array(_UNMIXED if seen else _MIXED)[within % EACH]
    content = block * CONTENTS + (within // EACH + mixed) % CONTENTS
    key = f"hands/{{}}/{split}/{seed}"
    odd = split == "test"
    factors = {"content": 2 * content + odd, "frame": 2 * frame + odd}
    factors |= _contents(key.format("contents"), content)
    pose, view = (CROSSED * block + part for part in np.divmod(within // EACH, CROSSED))
    if crossed:
        factors |= {CANONICAL_POSE: 2 * pose + odd, VIEW: 2 * view + odd}
    else:
        pose = view = frame
    factors |= _frames(key.format("frames"), frame, pose, view, rotation)
    return {
        name: values if values.dtype == np.int64 else values.astype(np.float32)
        for name, values in factors.items()
    }


def _of(key: str, index: np.ndarray, width: int) -> np.ndarray:
    """Return the draws ``[width, n]`` of contents or frames, which are not far from each other."""
    first = int(index.min())
    u = keyed_random.uniforms(key, int(index.max()) - first + 1, width, first)
    return np.asarray(u[index - first].T)


def _contents(key: str, content: np.ndarray) -> dict[str, np.ndarray]:
    u = _of(key, content, len(CONTENT) - 1)
    return {
        "background": content % len(scenes.SCENES),  # six contents in a row have all six
        "place": u[0],
        "skin_tone": u[1],
        "light_x": 1.2 * u[2] - 0.6,
        "light_y": 0.15 - 0.75 * u[3],
        "warmth": 2 * u[4] - 1,
        "sleeve_hue": u[5],
        "sleeve_value": u[6],
    }


def _frames(
    key: str, frame: np.ndarray, pose: np.ndarray, view: np.ndarray, rotation: Rotation
) -> dict[str, np.ndarray]:
    from scipy.special import ndtri

    width = gestures.DRAWS + len(HELD) + 1
    palm, tilt, azimuth, roll = _of(key, view, width)[gestures.DRAWS :][:4]
    x, y, far, size = _of(key, frame, width)[gestures.DRAWS :][4:]
    least = np.cos(np.radians(_TILT[rotation]))
    return {
        **articulation(_of(key, pose, width)[: gestures.DRAWS].T),
        "palm": (2 * palm).astype(np.int64),
        "tilt": np.arccos(1 - (1 - least) * tilt),  # uniform on the cap of a sphere
        "azimuth": np.pi * (2 * azimuth - 1),
        "roll": np.pi * (2 * roll - 1),
        "shift_x": 24 * x - 12,
        "shift_y": 24 * y - 12,
        "distance": _DISTANCE * (0.95 + 0.1 * far),
        "scale": np.exp(0.05 * ndtri(size)),
    }
