"""Which shoe each image of ``shoes`` shows, and from where; each shoe has one photograph."""

from collections.abc import Mapping

import numpy as np

from harness import keyed_random

KINDS = ("sneaker", "high-top", "loafer", "pump", "boot")
MATERIALS = ("leather", "suede", "canvas", "patent leather")
N_COLOURS, N_SOLES = 9, 4
SEAMS = 4  # patterns of caps, counters and stripes

SHAPE = ("kind", "heel", "toe", "collar", "sole", "seams", "yaw", "elevation")
"""What a sketch shows of a shoe too."""
APPEARANCE = ("material", "colour", "accent", "sole_colour", "light")
"""What it does not show."""

SKETCH, UNPAIRED = "sketch", "unpaired_sketch"
"""Modalities: the distance map of a photograph's sketch, and that of one without a photograph."""

_PER_ROUND = (3, 3, 4)  # sketches of three photographs: 3.3 on average, as in ShoeV2
_ROUND = sum(_PER_ROUND)
_YAW, _ELEVATION, _LIGHT = (-0.6, 0.6), (0.12, 0.5), (-0.9, 0.9)  # radians

Factors = Mapping[str, np.ndarray]


def photographs(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which photograph each of the first ``n`` pairs has, and which of its sketches.

    Pairs of one photograph stand in a row; every third photograph has four sketches, others three.
    """
    of_round = np.repeat(np.arange(len(_PER_ROUND)), _PER_ROUND)
    number = np.concatenate([np.arange(count) for count in _PER_ROUND])
    pair = np.arange(n)
    return len(_PER_ROUND) * (pair // _ROUND) + of_round[pair % _ROUND], number[pair % _ROUND]


def draw_factors(stream: str, n: int) -> dict[str, np.ndarray]:
    """Return the factors of the first ``n`` shoes of a stream, such as ``train/0``, each ``[n]``.

    ``kind``, ``seams``, ``material``, ``colour``, ``accent`` and ``sole_colour`` are int64 from 0;
    ``heel``, ``toe`` (0 round, 1 pointed), ``collar`` and ``sole`` are in [0, 1], from the lowest
    of the kind to its highest; ``yaw`` and ``elevation``, where the camera is, and ``light``, where
    the lamp is, are radians from the side. These are float32.
    """
    u = keyed_random.uniforms(f"shoes/{stream}", n, 13).T
    whole = {
        "kind": len(KINDS),
        "seams": SEAMS,
        "material": len(MATERIALS),
        "colour": N_COLOURS,
        "accent": N_COLOURS,
        "sole_colour": N_SOLES,
    }
    spread = dict.fromkeys(("heel", "toe", "collar", "sole"), (0.0, 1.0))
    spread |= {"yaw": _YAW, "elevation": _ELEVATION, "light": _LIGHT}
    drawn = {name: (count * u[i]).astype(np.int64) for i, (name, count) in enumerate(whole.items())}
    for i, (name, (low, high)) in enumerate(spread.items(), len(whole)):
        drawn[name] = (low + (high - low) * u[i]).astype(np.float32)
    return drawn
