"""Which training images have their labels, where a dataset gives only a share of them."""

import numpy as np

from harness import keyed_random
from harness.data.dataset import SplitName
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
