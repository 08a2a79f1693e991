"""The procedural sprites: 672 characters in 172 frames, a counterpart of Reed's."""

from collections.abc import Mapping

import numpy as np

from harness.data.identity_frames import IdentityFrames
from harness.datasets.sprites.figure import CHOICES, figure
from harness.datasets.sprites.poses import FRAMES, VIEWS
from harness.drawing.painting import View, paint

SIZE = 64
"""Height and width of a full-size image, pixels."""
N_CHARACTERS = int(np.prod(list(CHOICES.values())))
"""672; 2 k and 2 k + 1 differ in their weapon alone."""

_BACKGROUND = (0.43, 0.53, 0.45)
_LIGHT = np.array([-0.35, -0.55, 0.76])  # from above, the left and the front

Factors = Mapping[str, np.ndarray]


def drawn_sprites(characters: np.ndarray) -> IdentityFrames:
    """Return some of the characters, to be drawn when they are asked for.

    Factors of an identity are ``identity``, its number, and the attributes of ``figure.CHOICES``,
    the last of which changes fastest with the number; those of a frame are what :func:`frames`
    returns.
    """
    attributes = np.unravel_index(characters, tuple(CHOICES.values()))
    of_identity = {"identity": characters, **dict(zip(CHOICES, attributes, strict=True))}
    of_frame = frames()

    def gather(character: np.ndarray, frame: np.ndarray) -> np.ndarray:
        factors = {name: values[character] for name, values in of_identity.items()}
        return render({**factors, **{name: values[frame] for name, values in of_frame.items()}})

    return IdentityFrames("sprites", {}, of_identity, of_frame, 3, lambda: gather)


def frames() -> dict[str, np.ndarray]:
    """Return ``action``, ``direction``, ``phase`` and ``frame`` of the 172 frames.

    Directions follow one another within an action and phases within a direction. ``phase`` counts
    the frames of an action from one view, ``frame`` all of them.
    """
    combinations = [
        (action, direction, phase)
        for action, count in enumerate(FRAMES.values())
        for direction in range(len(VIEWS))
        for phase in range(count)
    ]
    action, direction, phase = np.array(combinations).T
    frame = np.arange(len(combinations))
    return {"action": action, "direction": direction, "phase": phase, "frame": frame}


def render(factors: Factors) -> np.ndarray:
    """Draw sprites.

    Args:
        factors: the attributes, ``action``, ``direction`` and ``phase``, each ``[N]`` int64.

    Returns:
        ``[N, 3, 64, 64]`` uint8, RGB, each image on the same plain background.
    """
    n = len(factors["action"])
    images = np.empty((n, 3, SIZE, SIZE), np.uint8)
    plain = np.array(_BACKGROUND, np.float32)[None, :, None, None]
    light = _LIGHT / np.linalg.norm(_LIGHT)
    for view in range(len(VIEWS)):  # what hides what depends on the view
        rows = np.flatnonzero(factors["direction"] == view)
        if len(rows):
            images[rows] = paint(
                np.broadcast_to(plain, (len(rows), 3, SIZE, SIZE)),
                figure({name: values[rows] for name, values in factors.items()}, view),
                np.broadcast_to(light, (len(rows), 3)),
                View(np.ones((len(rows), 2)), np.zeros((len(rows), 2))),
            )
    return images
