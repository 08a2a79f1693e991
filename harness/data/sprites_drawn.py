"""The procedural sprites: 672 characters in 172 frames, a counterpart of Reed's."""

from collections.abc import Iterator, Mapping

import numpy as np

from harness.data.identities import crossed
from harness.data.painting import paint
from harness.data.resizing import resized
from harness.data.sprite_figure import CHOICES, figure
from harness.data.sprite_poses import FRAMES, VIEWS

SIZE = 64
"""Height and width of a full-size image, pixels."""
N_CHARACTERS = int(np.prod(list(CHOICES.values())))
"""672; 2 k and 2 k + 1 differ in their weapon alone."""

_BACKGROUND = (0.43, 0.53, 0.45)
_LIGHT = np.array([-0.35, -0.55, 0.76])  # from above, the left and the front
_AT_ONCE = 4  # characters painted at once

Factors = Mapping[str, np.ndarray]


def frames() -> dict[str, np.ndarray]:
    """Return ``action``, ``direction``, ``phase`` and ``frame`` of the 172 frames.

    Directions follow one another within an action and phases within a direction. ``phase`` counts
    the frames of an action from one view, ``frame`` all of them.
    """
    found = [
        (action, direction, phase)
        for action, count in enumerate(FRAMES.values())
        for direction in range(len(VIEWS))
        for phase in range(count)
    ]
    action, direction, phase = np.array(found).T
    frame = np.arange(len(found))
    return {"action": action, "direction": direction, "phase": phase, "frame": frame}


def factors_of(characters: np.ndarray) -> dict[str, np.ndarray]:
    """Return the factors of all frames of some characters, one character after another.

    ``identity``, the character's number, and its attributes (see
    :data:`~harness.data.sprite_figure.CHOICES`, the last of which changes fastest with the number);
    then those of :func:`frames`. All are int64.
    """
    attributes = np.unravel_index(characters, tuple(CHOICES.values()))
    named = dict(zip(CHOICES, attributes, strict=True))
    return crossed({"identity": characters, **named}, frames())


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
    for view in range(len(VIEWS)):  # what hides what depends on the view
        rows = np.flatnonzero(factors["direction"] == view)
        if len(rows):
            images[rows] = paint(
                np.broadcast_to(plain, (len(rows), 3, SIZE, SIZE)),
                figure({name: known[rows] for name, known in factors.items()}, view),
                np.broadcast_to(_LIGHT / np.linalg.norm(_LIGHT), (len(rows), 3)),
            )
    return images


def chunks(characters: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Yield all frames of some characters, one character after another, ``[n, 3, size, size]``."""
    for start in range(0, len(characters), _AT_ONCE):
        yield resized(render(factors_of(characters[start : start + _AT_ONCE])), size)
