"""Rank correlations between metrics."""

import numpy as np
import pandas as pd

from reports.stats.estimates import Floats


def spearman(table: Floats) -> Floats:
    """Return Spearman's rank correlation of each two columns ``[M, M]`` of ``table`` ``[n, M]``.

    Each pair of columns is correlated over the rows that have both. NaN where fewer than three do,
    or either column is constant over them.
    """
    frame = pd.DataFrame(np.asarray(table, dtype=float)).replace([np.inf, -np.inf], np.nan)
    return np.asarray(frame.corr(method="spearman", min_periods=3), dtype=float)
