"""The sketches of ``mannequin``: distance maps of line drawings of what the images show."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from harness import keyed_random
from harness.data.cache.arrays import cached, cached_chunks
from harness.data.options import Arrays
from harness.datasets.grids.indexing import Grid
from harness.datasets.mannequin.looks import BUILDS
from harness.datasets.mannequin.outlines import MARGIN, drawn_outlines
from harness.datasets.mannequin.poses import POSES
from harness.datasets.mannequin.scenes import ACROSS, AZIMUTHS, DOWN, SIZE, STATURES, Factors
from harness.drawing.distance_maps import distance_map

DRAWINGS = Grid(pose=len(POSES), azimuth=AZIMUTHS, scale=len(STATURES), build=len(BUILDS))
"""All there are: ``x`` and ``y`` move the figure by whole pixels, and change nothing else."""

_FACTORS = {**DRAWINGS.sizes, "x": len(ACROSS), "y": len(DOWN)}


def sketches(
    name: str, key: Mapping[str, str | int | float], factors: Factors, given: np.ndarray
) -> np.ndarray:
    """Return distance maps of sketches, ``[N, 1, side, side]`` float32 in [0, 1].

    They are made once and cached.

    Args:
        name: readable first part of the cached file's name.
        key: what the factors and ``given`` depend on; in it ``downscale``, how many pixels of the
            full-size image are one of the result along each axis.
        factors: ``pose``, ``azimuth``, ``scale``, ``build``, ``x`` and ``y``, ``[N]`` int64 each.
        given: ``[N]`` bool, which images have one; the others' are 0.
    """
    make = partial(_maps, factors, given, int(key["downscale"]))
    return cached(name, key, make)


def other_figures(stream: str, n: int) -> Arrays:
    """Return factors of figures drawn at random, ``[n]`` int64 each, whatever an image shows.

    Args:
        stream: names the random numbers.
        n: how many.
    """
    u = keyed_random.uniforms(stream, n, len(_FACTORS)).T
    return {
        name: (size * of).astype(np.int64)
        for (name, size), of in zip(_FACTORS.items(), u, strict=True)
    }


def strokes(factors: Factors, downscale: int) -> np.ndarray:
    """Return line drawings, ``[N, 1, side, side]`` uint8: 255 on lines, else 0.

    Args:
        factors: as for :func:`sketches`.
        downscale: how many pixels of the full-size image are one of the result along each axis.
    """
    side, n = SIZE // downscale, len(factors["pose"])
    around = side + 2 * MARGIN // downscale
    drawings = cached_chunks(
        "mannequin-outlines",
        {"downscale": downscale},
        (len(DRAWINGS), 1, around, around),
        partial(drawn_outlines, DRAWINGS.factors(np.arange(len(DRAWINGS))), downscale),
    )
    which = DRAWINGS.index({name: factors[name] for name in DRAWINGS.sizes})
    left, top = (
        ((MARGIN - np.array(places)[factors[axis]]) // downscale).astype(np.int64)
        for axis, places in (("x", ACROSS), ("y", DOWN))
    )
    drawn = np.empty((n, 1, side, side), np.uint8)
    for row in range(n):
        window = np.s_[:, top[row] : top[row] + side, left[row] : left[row] + side]
        drawn[row] = drawings[which[row]][window]
    return drawn


def _maps(factors: Factors, given: np.ndarray, downscale: int) -> np.ndarray:
    side = SIZE // downscale
    maps = np.zeros((len(given), 1, side, side), np.float32)
    some = {name: factors[name][given] for name in _FACTORS}
    maps[given] = distance_map(strokes(some, downscale))
    return maps
