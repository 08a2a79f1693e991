"""Tooltips of the points that Optuna draws: which configuration each of them is."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.collections import Collection

from reports.kinds.tuning.search import Configuration, Search
from reports.page.svg import tell

Place = Callable[[Configuration], Sequence[float]]
"""Returns where a configuration stands: along x and y, or along y alone."""


def tell_configurations(points: Collection, search: Search, place: Place) -> None:
    """Give each point the tooltip of the configuration that stands there; of several, the first.

    Optuna draws points without their numbers and leaves some configurations out, so that they are
    known by their place alone.

    Args:
        points: markers at ``[K, 2]``.
        search: whose configurations they are.
        place: where a configuration with a value stands, one or two numbers; of one, the point's y
            is compared.
    """
    at = np.asarray(points.get_offsets(), dtype=float)
    places = np.array([place(c) for c in search.valued], dtype=float)
    if not len(at) or not len(places):
        return
    same = np.isclose(at[:, None, -places.shape[1] :], places, rtol=1e-9, atol=0).all(axis=2)
    tell(points, [search.tooltip(search.valued[row.argmax()].number) for row in same])
