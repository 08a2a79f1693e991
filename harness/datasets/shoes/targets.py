"""What ``shoes`` tells of each photograph: its sketch's distance map, and an unpaired one."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from harness import keyed_random
from harness.data.cache.arrays import cached
from harness.data.dataset import SplitName
from harness.data.labelled import labelled_rows
from harness.datasets.shoes.distance import distance_map
from models.declaration import LABELLED

SKETCH, UNPAIRED = "sketch", "unpaired_sketch"


@dataclass(frozen=True, eq=False)
class Sketches:
    """The sketches of a split.

    Attributes:
        strokes: ``[N, 1, H, W]`` uint8, not 0 on strokes; one pair each.
        photograph: ``[N]`` int64, the number of each pair's photograph, from 0.
        alone: ``[M, 1, H, W]`` uint8, sketches without photographs; M may be 0.
        key: what the arrays depend on, for the cache.
    """

    strokes: np.ndarray
    photograph: np.ndarray
    alone: np.ndarray
    key: Mapping[str, str | int | float]


def modalities(
    sketches: Sketches, split: SplitName, fraction: float, seed: int
) -> dict[str, np.ndarray]:
    """Return ``sketch``, ``labelled`` and ``unpaired_sketch`` of a split, float32 each.

    Args:
        sketches: of the split.
        split: which one.
        fraction: the share of the photographs that keep their sketches.
        seed: of the dataset.
    """
    photographs = int(sketches.photograph.max()) + 1
    labelled = labelled_rows("shoes", split, photographs, fraction, seed)[sketches.photograph]
    key = {**sketches.key, "split": split, "fraction": fraction, "seed": seed}
    which = unpaired_of(labelled, len(sketches.alone), f"shoes/unpaired/{split}/{seed}")
    given, unpaired = (
        cached(f"shoes-{split}-{name}", key, make, using=(distance_map,))
        for name, make in (
            ("sketch", partial(_given, sketches.strokes, labelled)),
            ("unpaired", partial(_unpaired, sketches, which)),
        )
    )
    return {SKETCH: given, LABELLED: labelled.astype(np.float32), UNPAIRED: unpaired}


def unpaired_of(labelled: np.ndarray, alone: int, key: str) -> np.ndarray:
    """Return which sketch stands unpaired beside each of N pairs: ``[N]``.

    They are drawn at random from those of pairs that are not labelled and from those without
    photographs, which are numbered from N on; from all pairs' where there is neither.

    Args:
        labelled: ``[N]`` bool.
        alone: how many have no photograph.
        key: names the stream of random numbers.
    """
    n = len(labelled)
    among = np.concatenate([np.flatnonzero(~labelled), n + np.arange(alone)])
    if not len(among):
        among = np.arange(n)
    u = keyed_random.uniforms(key, n, 1)[:, 0]
    return np.asarray(among[(u * len(among)).astype(np.int64)])


def _given(strokes: np.ndarray, labelled: np.ndarray) -> np.ndarray:
    maps = np.zeros(strokes.shape, np.float32)
    for row in np.flatnonzero(labelled):
        maps[row] = distance_map(strokes[row])
    return maps


def _unpaired(sketches: Sketches, which: np.ndarray) -> np.ndarray:
    n = len(sketches.strokes)
    maps = np.empty((len(which), *sketches.strokes.shape[1:]), np.float32)
    for row, place in enumerate(which):
        drawn = sketches.strokes[place] if place < n else sketches.alone[place - n]
        maps[row] = distance_map(drawn)
    return maps
