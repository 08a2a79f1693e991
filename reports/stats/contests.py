"""Bootstrap resamples of a board's scores: of seeds within a dataset, or of datasets too.

Scores of one dataset are an array ``[E, S]``, more being better. ``-inf`` is a diverged trial, worse
than any number and equal to another; NaN is no trial, which counts for nothing.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from reports.stats.estimates import SEED, Floats

ROUNDS = 1000
"""Bootstrap rounds of what is computed over a whole board."""


def resampled(by_dataset: Mapping[str, Floats], rounds: int = ROUNDS) -> Iterator[list[Floats]]:
    """Yield boards as they might have come out: seeds resampled, each entry's by themselves.

    With several datasets these are resampled too: the question is then how entries compare on
    datasets like these. With a single one it is how they compare on that dataset.
    """
    rng = np.random.default_rng(SEED)
    tables = [np.sort(np.asarray(table, dtype=float), axis=1) for table in by_dataset.values()]
    counts = [np.isfinite(table).sum(axis=1) + np.isneginf(table).sum(axis=1) for table in tables]
    for _ in range(rounds):
        chosen = rng.integers(0, len(tables), len(tables)) if len(tables) > 1 else [0]
        yield [_draw(tables[place], counts[place], rng) for place in chosen]


def _draw(table: Floats, counts: np.ndarray, rng: np.random.Generator) -> Floats:
    """Draw as many seeds of each entry as it has, with replacement; sorted rows have NaN last."""
    places = (rng.random(table.shape) * np.maximum(counts, 1)[:, None]).astype(int)
    drawn: Floats = np.take_along_axis(table, places, axis=1)
    drawn[np.arange(table.shape[1]) >= counts[:, None]] = np.nan
    return drawn
