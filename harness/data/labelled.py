"""Which training images have their labels, where a dataset gives only a share of them."""

import numpy as np

from harness import keyed_random
from harness.data.dataset import Split, SplitName
from harness.errors import UserError


def labelled_rows(name: str, split: SplitName, n: int, fraction: float, seed: int) -> np.ndarray:
    """Return which of the first ``n`` images of a split have labels, ``[n]`` bool.

    A larger fraction labels the images of a smaller one too. Test images always have labels.

    Args:
        name: of the dataset.
        split: which split.
        n: how many images.
        fraction: the share that is labelled, in (0, 1].
        seed: of the dataset.

    Raises:
        UserError: no image would have labels.
    """
    if split == "test" or fraction == 1:
        return np.ones(n, bool)
    labelled = keyed_random.uniforms(f"{name}/labelled/{seed}", n, 1)[:, 0] < fraction
    if not labelled.any():
        raise UserError(
            f"dataset.label_fraction={fraction} leaves none of the {n} training images its "
            "labels. Ask for a larger share or for more images."
        )
    return np.asarray(labelled)


def marked_rows(split: Split, names: tuple[str, ...]) -> np.ndarray | None:
    """Return which images have a modality of these that is not 0, int64; None if they all have.

    Raises:
        UserError: no image has.
    """
    marks = [split.modalities[name] != 0 for name in names if name in split.modalities]
    if not marks or np.logical_or.reduce(marks).all():
        return None
    rows = np.flatnonzero(np.logical_or.reduce(marks))
    if not len(rows):
        raise UserError(
            f"None of the {len(split)} training images that are used has labels. Ask for a larger "
            "share (dataset.label_fraction) or for more images (scale.train_limit)."
        )
    return rows
