"""What ``shoes`` tells of each photograph: its sketch's distance map, and an unpaired one."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from harness import keyed_random
from harness.data.cache.arrays import cached
from harness.data.dataset import SplitName
from harness.datasets.shoes.factors import SKETCH, UNPAIRED
from harness.drawing.distance_maps import distance_map
from models.declaration import LABELLED


@dataclass(frozen=True, eq=False)
class Sketches:
    """The sketches of the N pairs of a split, and unpaired ones.

    Attributes:
        strokes: ``[N, 1, H, W]`` uint8, not 0 on strokes.
        labelled: ``[N]`` bool, which pairs are told of.
        others: ``[M, 1, H, W]`` uint8.
        which: ``[N]``, the unpaired one beside each pair: a place in ``others``.
        key: what these depend on, for the cache.
    """

    strokes: np.ndarray
    labelled: np.ndarray
    others: np.ndarray
    which: np.ndarray
    key: Mapping[str, str | int | float]

    def modalities(self, split: SplitName) -> dict[str, np.ndarray]:
        """Return ``sketch``, ``labelled`` and ``unpaired_sketch``, float32 each."""
        given, unpaired = (
            cached(f"shoes-{split}-{name}", self.key, make, using=(distance_map,))
            for name, make in (
                (SKETCH, partial(_maps, self.strokes, np.arange(len(self.strokes)), self.labelled)),
                (UNPAIRED, partial(_maps, self.others, self.which)),
            )
        )
        return {SKETCH: given, LABELLED: self.labelled.astype(np.float32), UNPAIRED: unpaired}


def unpaired_of(labelled: np.ndarray, alone: int, n: int, key: str) -> np.ndarray:
    """Return which sketch stands unpaired beside each of the first ``n`` pairs, ``[n]``.

    They are drawn at random from those of pairs that are not labelled and from those without
    photographs, which are numbered after all pairs; from all pairs' where there is neither.

    Args:
        labelled: bool, one for each pair there is.
        alone: how many sketches have no photograph.
        n: how many are wanted.
        key: names the stream of random numbers.
    """
    pairs = len(labelled)
    among = np.concatenate([np.flatnonzero(~labelled), pairs + np.arange(alone)])
    if not len(among):
        among = np.arange(pairs)
    u = keyed_random.uniforms(key, n, 1)[:, 0]
    return np.asarray(among[(u * len(among)).astype(np.int64)])


def _maps(strokes: np.ndarray, which: np.ndarray, given: np.ndarray | None = None) -> np.ndarray:
    """Return the distance maps of some sketches, 0 for those that are not given."""
    maps = np.zeros((len(which), *strokes.shape[1:]), np.float32)
    rows = np.arange(len(which)) if given is None else np.flatnonzero(given)
    for row in rows:
        maps[row] = distance_map(strokes[which[row]])
    return maps
