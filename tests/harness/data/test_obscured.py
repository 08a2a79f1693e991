"""Hidden boxes: inside the image, of the size asked for, a function of seed, split and place."""

import numpy as np
import pytest

from harness.config.checks import check_batches
from harness.config.sweep import resolve
from harness.data.obscured import drawn_boxes, face_boxes
from harness.datasets.digits import DigitsOptions
from harness.datasets.glyphs.dataset import GlyphsOptions
from harness.errors import UserError

SHAPE = (400, 1, 28, 28)


def boxes(n: int = 400, split: str = "train", **options: object) -> np.ndarray:
    return drawn_boxes(DigitsOptions(**options), split, (n, *SHAPE[1:]))


def test_a_block_is_half_as_wide_and_high_and_anywhere_in_the_image() -> None:
    left, top, wide, high = boxes(obscured="block").T
    assert set(wide) == set(high) == {14}
    assert set(left) == set(top) == set(range(15))
    assert abs(np.corrcoef(left, top)[0, 1]) < 0.15


def test_a_half_is_one_of_four() -> None:
    found = {tuple(box) for box in boxes(obscured="half")}
    assert found == {(0, 0, 14, 28), (14, 0, 14, 28), (0, 0, 28, 14), (0, 14, 28, 14)}


def test_boxes_depend_on_seed_split_and_place_alone() -> None:
    first = boxes(obscured="block")
    np.testing.assert_array_equal(boxes(50, obscured="block"), first[:50])
    assert not np.array_equal(boxes(obscured="block", mask_seed=1), first)
    assert not np.array_equal(boxes(obscured="block", split="test"), first)


def test_the_images_stay_whole_and_are_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is hidden has no part in the cache's key: nothing is drawn a second time."""
    plain = GlyphsOptions(n_train=20, n_test=10).load(None)
    monkeypatch.delattr(GlyphsOptions, "chunks")
    hidden = GlyphsOptions(n_train=20, n_test=10, obscured="half").load(None)
    np.testing.assert_array_equal(hidden.train.images, plain.train.images)
    assert "hidden" not in plain.train.modalities
    assert hidden.test.modalities["hidden"].shape == (10, 4)
    assert GlyphsOptions().modalities == ()
    assert GlyphsOptions(obscured="half").modalities == ("hidden",)


def points(**changes: float) -> dict[str, np.ndarray]:
    eyes = {"left_eye_x": 20, "left_eye_y": 30, "right_eye_x": 40, "right_eye_y": 30}
    rest = {"nose_x": 30, "nose_y": 42, "left_mouth_x": 22, "left_mouth_y": 50}
    known = {**eyes, **rest, "right_mouth_x": 38, "right_mouth_y": 50, **changes}
    return {name: np.array([float(value)]) for name, value in known.items()}


@pytest.mark.parametrize(
    ("part", "inside", "outside"),
    [
        ("mouth", ["left_mouth", "right_mouth"], ["nose", "left_eye", "right_eye"]),
        ("nose", ["nose"], ["left_mouth", "right_mouth", "left_eye", "right_eye"]),
    ],
)
def test_a_part_of_a_face_is_hidden_and_the_others_are_seen(
    part: str, inside: list[str], outside: list[str]
) -> None:
    known = points()
    left, top, wide, high = face_boxes(part, known)[0]

    def hidden(name: str) -> bool:
        x, y = known[f"{name}_x"][0] + 0.5, known[f"{name}_y"][0] + 0.5
        return left <= x < left + wide and top <= y < top + high

    assert all(map(hidden, inside))
    assert not any(map(hidden, outside))


def test_a_method_that_needs_boxes_says_how_to_have_them() -> None:
    with pytest.raises(UserError, match=r"aign_digits.*hidden.*asked to: dataset.obscured=block"):
        check_batches(resolve(["method=aign_digits", "dataset=digits"]).trials)
    with pytest.raises(UserError, match=r"no hidden.*Datasets that have: .*digits.*glyphs"):
        check_batches(resolve(["method=aign_digits", "dataset=hands"]).trials)
    check_batches(resolve(["method=aign_digits", "dataset=digits", "dataset.obscured=half"]).trials)
