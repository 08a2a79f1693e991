import numpy as np
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

from harness.datasets.digits import DigitsOptions
from harness.datasets.registry import load_dataset

DIGITS = load_digits()


def test_every_digit_is_in_one_split() -> None:
    dataset = load_dataset(DigitsOptions(warp="none"), None)
    assert (dataset.name, dataset.source) == ("digits", "real")
    images = np.concatenate([dataset.train.images, dataset.test.images])
    assert images.shape == (1797, 1, 28, 28)
    assert images.dtype == np.uint8
    # All 1,797 digits differ, so as many different images in the two splits are all of them.
    assert len(np.unique(DIGITS.data, axis=0)) == 1797
    assert len(np.unique(images.reshape(1797, -1), axis=0)) == 1797


def test_each_class_is_split_four_to_one() -> None:
    dataset = load_dataset(DigitsOptions(warp="none"), None)
    train, test = (np.bincount(s.factors["label"]) for s in (dataset.train, dataset.test))
    np.testing.assert_array_equal(train + test, np.bincount(DIGITS.target))
    np.testing.assert_array_equal(test, (train + test) // 5)


def test_images_are_the_digits_enlarged() -> None:
    dataset = load_dataset(DigitsOptions(warp="none"), None)
    # Averaged back over 8x8 cells of the 20 pixels in the middle, an image is nearest to the
    # digit that it was made of, which has its label.
    small = dataset.test.images[:, 0, 4:24, 4:24].repeat(2, 1).repeat(2, 2)
    small = small.reshape(-1, 8, 5, 8, 5).mean((2, 4)) / 255 * 16
    assert small.shape == (len(dataset.test), 8, 8)
    distance = ((small.reshape(-1, 1, 64) - DIGITS.data) ** 2).sum(-1)
    nearest = distance.argmin(1)
    assert len(set(nearest)) == len(nearest)
    np.testing.assert_array_equal(DIGITS.target[nearest], dataset.test.factors["label"])


def test_digits_sit_in_the_middle_as_in_mnist() -> None:
    images = load_dataset(DigitsOptions(warp="none"), None).train.images[:, 0] / 255
    ink = images.mean(0)
    assert ink[4:24, 4:24].sum() > 0.99 * ink.sum()
    # Mean ink of MNIST is 0.13; these are bolder, as an 8x8 grid cannot show a thin stroke.
    assert 0.13 < ink.mean() < 0.22


def test_the_first_images_stand_for_all() -> None:
    train = load_dataset(DigitsOptions(warp="none"), None).limited(train=300).train
    assert np.bincount(train.factors["label"]).min() >= 15  # of 30 expected, 3 sigma


def test_labels_belong_to_their_images() -> None:
    dataset = load_dataset(DigitsOptions(warp="none"), None)
    flat = [s.images.reshape(len(s), -1) / 255 for s in (dataset.train, dataset.test)]
    nearest = KNeighborsClassifier(3).fit(flat[0], dataset.train.factors["label"])
    assert nearest.score(flat[1], dataset.test.factors["label"]) > 0.94
