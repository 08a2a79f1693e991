import numpy as np

from harness.datasets.glyphs.dataset import GlyphsOptions
from harness.datasets.registry import load_dataset
from models.declaration import DataSpec

OPTIONS = GlyphsOptions(n_train=50, n_test=20)


def test_spec() -> None:
    assert load_dataset(OPTIONS, None).spec == DataSpec((1, 28, 28), 50, n_identities=10)


def test_limited_keeps_the_first_of_each_split() -> None:
    whole = load_dataset(OPTIONS, None)
    part = whole.limited(train=7, test=30)
    assert (len(part.train), len(part.test)) == (7, 20)
    assert part.spec.n_train == 7
    np.testing.assert_array_equal(part.train.images, whole.train.images[:7])
    assert np.shares_memory(part.train.images, whole.train.images)
    for name, known in part.train.factors.items():
        np.testing.assert_array_equal(known, whole.train.factors[name][:7])
    assert len(whole.limited().train) == 50


def test_size_in_bytes() -> None:
    # An image has 28 x 28 bytes, a label 8, and eight other factors of glyphs 4 each.
    assert load_dataset(OPTIONS, None).nbytes == 70 * (28 * 28 + 8 + 8 * 4)
