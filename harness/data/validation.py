"""Images held out of the training split, by which hyperparameters are chosen."""

from __future__ import annotations

from dataclasses import replace

from harness.data.dataset import Dataset
from harness.errors import UserError

SHARE = 5
"""Where the training split has no images to spare, one in so many of it is held out."""


def with_validation(dataset: Dataset, train: int | None, test: int | None) -> Dataset:
    """Return a dataset whose test split is held out of its training split.

    The last images of the training split are held out: as many as the test split has, of those that
    a trial does not train on, but at least a fifth of the split. They are warped as test images
    are, each by one warp for good. The arrays are views.

    Args:
        dataset: with both splits as they are.
        train: how many images a trial trains on; None for all.
        test: how many images it is scored on; None for as many as the test split has.

    Raises:
        UserError: there are too few images.
    """
    n = len(dataset.train)
    wanted = min(test or len(dataset.test), len(dataset.test))
    spare = n - train if train else 0
    held_out = min(wanted, max(spare, n // SHARE))
    if held_out < 1:
        raise UserError(
            f"The dataset '{dataset.name}' has {n} training images, too few to hold some out: "
            "scale.scored_on=validation needs 5 or more."
        )
    rest = dataset.train.first(n - held_out)
    last = dataset.train.rows(slice(n - held_out, n))
    if dataset.warp:
        from harness.data.warp import fixed_warp

        last = fixed_warp(dataset.name, "validation", last, dataset.warp)
    return replace(dataset, train=rest, test=last)
