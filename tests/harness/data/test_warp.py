import numpy as np
import pytest
import torch
from scipy.ndimage import affine_transform

from harness.data.dataset import Dataset, Split
from harness.data.options import WarpOptions
from harness.data.warp import apply_warp, warp_images
from harness.datasets.digits import DigitsOptions
from harness.datasets.registry import load_dataset

RNG = np.random.default_rng(0)
PICTURES = RNG.integers(0, 256, (40, 1, 28, 28), dtype=np.uint8)


def warp(image: np.ndarray, angle: float = 0, dx: float = 0, dy: float = 0) -> np.ndarray:
    """Warp one image ``[H, W]``."""
    numbers = (torch.tensor([value], dtype=torch.float32) for value in (angle, dx, dy))
    warped: np.ndarray = warp_images(torch.tensor(image)[None, None], *numbers)[0, 0].numpy()
    return warped


@pytest.mark.parametrize("quarters", [-3, -1, 1, 2, 4])
def test_quarter_turns_are_exact_and_clockwise(quarters: int) -> None:
    image = RNG.random((28, 28), np.float32)
    # The grid's float32 coordinates are right to 1e-6 pixels; pixels differ by less than 1.
    np.testing.assert_allclose(warp(image, 90 * quarters), np.rot90(image, -quarters), atol=1e-5)


@pytest.mark.parametrize(("right", "down"), [(3, 0), (0, 2), (-4, 5)])
def test_whole_pixels_shift_right_and_down(right: int, down: int) -> None:
    image = RNG.random((20, 28), np.float32)
    expected = np.zeros((40, 68), np.float32)
    expected[10 + down : 30 + down, 20 + right : 48 + right] = image
    warped = warp(image, dx=right / 28, dy=down / 28)  # both in widths
    np.testing.assert_allclose(warped, expected[10:30, 20:48], atol=1e-5)


@pytest.mark.parametrize("shape", [(28, 28), (20, 31)])
def test_rotation_then_translation_as_scipy(shape: tuple[int, int]) -> None:
    image = RNG.random(shape, np.float32)
    angle, dx, dy = 17.0, 0.07, -0.04
    cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    forward = np.array([[cos, sin], [-sin, cos]])  # clockwise, for (row, column)
    centre, shift = (np.array(shape) - 1) / 2, np.array([dy, dx]) * shape[1]
    back = forward.T
    expected = affine_transform(
        image, back, centre - back @ (centre + shift), order=1, mode="grid-constant"
    )
    np.testing.assert_allclose(warp(image, angle, dx, dy), expected, atol=1e-4)


def test_images_of_a_batch_do_not_mix() -> None:
    images = torch.tensor(RNG.random((6, 2, 9, 9), np.float32))
    angle, dx, dy = torch.tensor(RNG.uniform(-0.1, 0.1, (3, 6)), dtype=torch.float32)
    together = warp_images(images, 100 * angle, dx, dy)
    for i in range(6):
        one = slice(i, i + 1)
        alone = warp_images(images[one], 100 * angle[one], dx[one], dy[one])
        torch.testing.assert_close(alone, together[one])


def of(options: WarpOptions, name: str = "pictures") -> Dataset:
    label = np.arange(40)
    train = Split(PICTURES[:30], {"label": label[:30]})
    test = Split(PICTURES[30:], {"label": label[30:]})
    return apply_warp(Dataset(name, "real", train, test), options)


def test_none_leaves_everything() -> None:
    plain = of(DigitsOptions(warp="none"))
    assert plain.warp is None
    np.testing.assert_array_equal(np.concatenate([plain.train.images, plain.test.images]), PICTURES)
    assert set(plain.test.factors) == {"label"}


def test_fresh_warps_the_test_images_alone() -> None:
    plain, fresh = of(DigitsOptions(warp="none")), of(DigitsOptions(rotate=30, translate=0.2))
    np.testing.assert_array_equal(fresh.train.images, plain.train.images)
    assert set(fresh.train.factors) == {"label"}
    assert fresh.warp is not None
    assert (fresh.warp.rotate, fresh.warp.translate) == (30, 0.2)
    assert not np.array_equal(fresh.test.images, plain.test.images)


def test_factors_reproduce_the_images() -> None:
    plain, fixed = of(DigitsOptions(warp="none")), of(DigitsOptions(warp="fixed"))
    assert fixed.warp is None
    for before, after in ((plain.train, fixed.train), (plain.test, fixed.test)):
        known = [torch.tensor(after.factors[f"warp_{name}"]) for name in ("angle", "dx", "dy")]
        assert all(k.dtype == torch.float32 for k in known)
        again = warp_images(torch.tensor(before.images).float(), *known).round()
        np.testing.assert_array_equal(again.numpy(), after.images)
        np.testing.assert_array_equal(after.factors["label"], before.factors["label"])


def test_a_fixed_warp_depends_on_name_split_and_index_alone() -> None:
    fixed, fresh = of(DigitsOptions(warp="fixed")), of(DigitsOptions(warp="fresh"))
    np.testing.assert_array_equal(fixed.test.images, fresh.test.images)
    doubled = of(DigitsOptions(warp="fixed", rotate=40))
    np.testing.assert_allclose(
        doubled.train.factors["warp_angle"], 2 * fixed.train.factors["warp_angle"], rtol=1e-6
    )
    angle = fixed.train.factors["warp_angle"]
    assert not np.any(angle[:10] == fixed.test.factors["warp_angle"])
    assert not np.any(angle == of(DigitsOptions(warp="fixed"), "other").train.factors["warp_angle"])


def test_warps_fill_their_ranges() -> None:
    factors = load_dataset(DigitsOptions(warp="fixed"), None).train.factors
    for name, largest in (("warp_angle", 20), ("warp_dx", 0.1), ("warp_dy", 0.1)):
        drawn = factors[name]
        assert np.abs(drawn).max() <= largest
        # The extremes of 1,442 uniform draws miss 0.99 of the range with probability 1e-3; the
        # mean's standard error is 0.015 of it. The draws are fixed.
        assert drawn.min() < -0.99 * largest
        assert drawn.max() > 0.99 * largest
        assert abs(drawn.mean()) < 0.06 * largest


def test_other_images_of_the_same_name_are_warped_anew() -> None:
    split = Split(PICTURES)
    first, second = (
        apply_warp(Dataset("same", "real", other, other), DigitsOptions()).test.images
        for other in (split, Split(255 - PICTURES))
    )
    assert not np.array_equal(first, second)


def test_zero_ranges_change_nothing() -> None:
    still = of(DigitsOptions(warp="fixed", rotate=0, translate=0))
    np.testing.assert_array_equal(still.train.images, of(DigitsOptions(warp="none")).train.images)
