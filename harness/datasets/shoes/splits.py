"""The splits of ``shoes``: pairs that are drawn, and those of ShoeV2's files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from harness.data.cache.arrays import cached_chunks
from harness.data.dataset import Split, SplitName
from harness.data.files.photographs import cached_photographs, decode_resized, decoded, digest_of
from harness.data.labelled import labelled_rows
from harness.datasets.shoes.drawn import render
from harness.datasets.shoes.factors import draw_factors, photographs
from harness.datasets.shoes.shoev2 import REMEDY, Pairs, decode_strokes
from harness.datasets.shoes.sketches import sketches
from harness.datasets.shoes.targets import Sketches, unpaired_of

_AT_ONCE = 64


@dataclass(frozen=True)
class Asked:
    """A split, as the options ask for it.

    Attributes:
        split: which one.
        size: height and width of images and sketches, pixels.
        fraction: the share of the photographs that are labelled.
        seed: of the dataset.
    """

    split: SplitName
    size: int
    fraction: float
    seed: int

    def labelled(self, photograph: np.ndarray) -> np.ndarray:
        """Return which pairs are labelled, those of a photograph alike: ``[N]`` bool.

        Args:
            photograph: ``[N]``, its number, from 0.
        """
        count = int(photograph.max()) + 1
        rows = labelled_rows("shoes", self.split, count, self.fraction, self.seed)
        return np.asarray(rows[photograph])


def drawn_split(asked: Asked, n: int) -> Split:
    """Return the first ``n`` procedural pairs, drawn once and cached."""
    photograph, _ = photographs(n)
    stream = f"{asked.split}/{asked.seed}"
    of_photograph = draw_factors(stream, int(photograph.max()) + 1)
    key: dict[str, str | int | float] = {"stream": stream, "n": n, "size": asked.size}
    images = cached_chunks(
        f"shoes-{asked.split}",
        key,
        (n, 3, asked.size, asked.size),
        partial(_photographed, of_photograph, photograph, asked.size),
        using=(render, draw_factors),
    )
    drawn = Sketches(
        _sketched(stream, n, asked.size),
        asked.labelled(photograph),
        _sketched(f"unpaired/{stream}", n, asked.size),
        np.arange(n),
        {**key, "fraction": asked.fraction},
    )
    factors = {name: values[photograph] for name, values in of_photograph.items()}
    return Split(images, {"photograph": photograph, **factors}, drawn.modalities(asked.split))


def read_split(asked: Asked, pairs: Pairs, wanted: int | None) -> Split:
    """Return the first ``wanted`` pairs of ShoeV2's files, decoded once and cached.

    Args:
        asked: the split.
        pairs: all of its pairs.
        wanted: how many of these; None for all.
    """
    some, size = pairs.first(wanted), (asked.size, asked.size)
    images = cached_photographs(
        f"shoes-{asked.split}",
        pairs.folder,
        some.photographs,
        size,
        partial(decode_resized, size=size),
        remedy=REMEDY,
    )
    n, photograph = len(some.sketches), pairs.photograph
    labelled = asked.labelled(photograph)
    every = [*pairs.sketches, *pairs.alone]
    files = digest_of(pairs.folder, every, REMEDY)
    strokes = cached_chunks(
        f"shoes-{asked.split}-strokes",
        {"files": files, "size": asked.size},
        (len(every), 1, *size),
        partial(_decoded, pairs.folder, every, asked.size),
    )
    stream = f"shoes/unpaired/{asked.split}/{asked.seed}"
    which = unpaired_of(labelled, len(pairs.alone), n, stream)
    key: dict[str, str | int | float] = {"files": files, "n": n, "size": asked.size}
    key |= {"fraction": asked.fraction, "seed": asked.seed}
    of_pairs = Sketches(strokes[:n], labelled[:n], strokes, which, key)
    names = np.array([Path(name).stem for name in some.sketches])
    factors = {"photograph": photograph[:n]}
    return Split(images, factors, of_pairs.modalities(asked.split), names)


def _photographed(
    of_photograph: Mapping[str, np.ndarray], photograph: np.ndarray, side: int
) -> Iterator[np.ndarray]:
    """Yield the image of each pair; a photograph is drawn once for all of its pairs."""
    for first in range(0, int(photograph.max()) + 1, _AT_ONCE):
        some = {name: values[first : first + _AT_ONCE] for name, values in of_photograph.items()}
        here = photograph[(photograph >= first) & (photograph < first + _AT_ONCE)]
        yield render(some, side)[here - first]


def _sketched(stream: str, n: int, side: int) -> np.ndarray:
    """Return the strokes of the first pairs of a stream of shoes, drawn once and cached."""
    return cached_chunks(
        "shoes-strokes",
        {"stream": stream, "n": n, "size": side},
        (n, 1, side, side),
        partial(_strokes_of, stream, n, side),
        using=(sketches, draw_factors),
    )


def _strokes_of(stream: str, n: int, side: int) -> Iterator[np.ndarray]:
    photograph, _ = photographs(n)
    of_photograph = draw_factors(stream, int(photograph.max()) + 1)
    for first in range(0, n, _AT_ONCE):
        which = photograph[first : first + _AT_ONCE]
        place = first + np.arange(len(which))
        yield sketches(of_photograph, which, place, f"shoes/{stream}/sketches", side)


def _decoded(folder: Path, names: Sequence[str], side: int) -> Iterator[np.ndarray]:
    decode = partial(decode_strokes, side=side)
    return (part.transpose(0, 3, 1, 2) for part in decoded(folder, names, decode))
