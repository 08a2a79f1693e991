"""Images held out of the training split."""

import numpy as np
import pytest

from harness.data.dataset import Dataset, Split, WarpRange
from harness.data.validation import with_validation
from harness.errors import UserError


def made(n_train: int, n_test: int, warp: WarpRange | None = None) -> Dataset:
    def split(start: int, n: int) -> Split:
        number = np.arange(start, start + n)
        images = np.broadcast_to(number[:, None, None, None], (n, 1, 4, 4)).astype(np.uint8)
        return Split(images, {"number": number}, {"pose": number[:, None].astype(np.float32)})

    return Dataset("made", "procedural", split(0, n_train), split(200, n_test), warp)


@pytest.mark.parametrize(
    ("n_train", "train", "test", "held_out"),
    [
        (100, None, None, 20),  # a fifth: there is none to spare
        (100, 60, None, 30),  # as many as the test split has, of those not trained on
        (100, 60, 10, 10),
        (100, 75, None, 25),  # what is left over
        (100, 90, None, 20),  # less is left over than a fifth
        (100, None, 5, 5),
        (6, None, None, 1),
    ],
)
def test_the_last_training_images_are_held_out(
    n_train: int, train: int | None, test: int | None, held_out: int
) -> None:
    dataset = made(n_train, 30)
    used = with_validation(dataset, train, test)
    assert used.train.factors["number"].tolist() == list(range(n_train - held_out))
    assert used.test.factors["number"].tolist() == list(range(n_train - held_out, n_train))
    assert used.test.images[:, 0, 0, 0].tolist() == used.test.factors["number"].tolist()
    assert used.test.modalities["pose"][:, 0].tolist() == used.test.factors["number"].tolist()
    assert used.test.images.base is not None, "no copy: there may be more than fits into memory"


def test_they_are_warped_for_good_where_test_images_are() -> None:
    used = with_validation(made(100, 30, WarpRange(20.0, 0.1)), None, None)
    again = with_validation(made(100, 30, WarpRange(20.0, 0.1)), None, None)
    assert np.abs(used.test.factors["warp_angle"]).max() <= 20
    assert len(np.unique(used.test.factors["warp_angle"])) == 20
    np.testing.assert_array_equal(used.test.images, again.test.images)
    assert used.warp is not None, "training images are still warped afresh"
    assert "warp_angle" not in used.train.factors


def test_too_few_images() -> None:
    with pytest.raises(UserError, match="'made' has 4 training images, too few"):
        with_validation(made(4, 2), None, None)
