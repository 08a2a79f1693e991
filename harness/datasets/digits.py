"""``digits``: the 1,797 real handwritten digits that come with scikit-learn, at MNIST's size."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from harness import keyed_random
from harness.data.cache.arrays import cached
from harness.data.dataset import WARP_FACTORS, Dataset, Split
from harness.data.obscured import ObscuredOptions, with_boxes
from harness.data.options import WarpOptions

_ZOOM = 2.5  # 8 pixels become the 20 that a digit is tall in MNIST
_CONTRAST = 1.5  # steepens the edges that the interpolation blurs; chosen beside MNIST by eye


@dataclass(frozen=True)
class DigitsOptions(ObscuredOptions, WarpOptions):
    """Real handwritten digits of scikit-learn, 1,797 of 28x28; needs no files.

    The only options are those of the warp and of what is hidden.
    """

    name: ClassVar[str] = "digits"
    published_epochs: ClassVar[int] = 2000  # VITAE's MNIST setting
    published_batch_size: ClassVar[int] = 512
    identity_factor: ClassVar[str] = "label"

    def load(self, data_root: Path | None) -> Dataset:  # noqa: ARG002 - needs no files
        """Return about 80 % of each class for training and the rest for the test."""
        from harness.data.warp import apply_warp

        images = cached("digits-images", {}, _enlarged)
        label = cached("digits-labels", {}, lambda: _raw()[1])
        train, test = _split(label)
        dataset = Dataset(
            "digits",
            "real",
            Split(images[train], {"label": label[train]}),
            Split(images[test], {"label": label[test]}),
            identity_factor=self.identity_factor,
            appearance_factors=("label",),
            pose_factors=WARP_FACTORS,
        )
        return with_boxes(apply_warp(dataset, self), self)

    def check(self, data_root: Path | None) -> None:
        """Do nothing: scikit-learn brings the digits along."""


def _raw() -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return bunch.images, bunch.target.astype(np.int64)


def _enlarged() -> np.ndarray:
    """Return the digits ``[1797, 1, 28, 28]`` uint8, cubically interpolated from 8x8."""
    from scipy.ndimage import zoom

    # Two pixels of margin, so that the strokes fade into the border instead of being cut at it.
    small = np.pad(_raw()[0] / 16, ((0, 0), (2, 2), (2, 2)))
    large = zoom(small, (1, _ZOOM, _ZOOM), order=3, mode="grid-constant", grid_mode=True)
    sharp = np.clip((large[:, 1:-1, 1:-1] - 0.5) * _CONTRAST + 0.5, 0, 1)
    return np.rint(255 * sharp).astype(np.uint8)[:, None]


def _split(label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of the training and of the test images, each shuffled.

    The test set is the last fifth of each class. Digits that follow one another resemble each
    other (3 nearest neighbours are right for 98.7 % of a random fifth and for 97 % of an unbroken
    one), so a random split would leak; shuffled, the first n of a split stand for all of it.
    """
    classes = [np.flatnonzero(label == k) for k in range(10)]
    test = np.concatenate([rows[-(len(rows) // 5) :] for rows in classes])
    rank = keyed_random.uniforms("digits/order", len(label), 1)[:, 0]
    shuffled = np.argsort(rank, kind="stable")
    is_test = np.isin(shuffled, test)
    return shuffled[~is_test], shuffled[is_test]
