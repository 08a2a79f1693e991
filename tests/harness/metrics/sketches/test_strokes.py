"""Errors of sketches: closed forms, brute force, and what they do not depend on."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from harness.data.dataset import Dataset
from harness.drawing.distance_maps import distance_map
from harness.evaluation.scores import evaluate
from harness.metrics.sketches.strokes import chamfer_distances, sketch_errors, strokes_of
from tests.harness.metrics.helpers.contract import Oracle, data, dataset


def sketch(*points: tuple[int, int], side: int = 40) -> np.ndarray:
    """Strokes that are single pixels in the given rows and columns, ``[1, 1, side, side]`` bool."""
    drawn = np.zeros((1, 1, side, side), bool)
    for row, column in points:
        drawn[0, 0, row, column] = True
    return drawn


def scattered(seed: int, n: int = 3) -> np.ndarray:
    return np.asarray(np.random.default_rng(seed).random((n, 1, 24, 24)) < 0.03)


def test_two_points_are_as_far_apart_as_they_are() -> None:
    assert chamfer_distances(sketch((5, 5)), sketch((8, 9))) == pytest.approx([5])


def test_both_ways_count_alike() -> None:
    """There: 0. Back: the mean of 0 and 10, 5. So 2.5."""
    one, both = sketch((5, 5)), sketch((5, 5), (5, 15))
    assert chamfer_distances(one, both) == pytest.approx([2.5])
    assert chamfer_distances(both, one) == pytest.approx([2.5])


def test_it_is_the_mean_of_the_nearest_by_brute_force() -> None:
    a, b = scattered(0), scattered(1)
    expected = []
    for one, other in zip(a[:, 0], b[:, 0], strict=True):
        far = np.linalg.norm(np.argwhere(one)[:, None] - np.argwhere(other), axis=2)
        expected.append((far.min(1).mean() + far.min(0).mean()) / 2)
    np.testing.assert_allclose(chamfer_distances(a, b), expected)


def test_moving_both_alike_or_mirroring_both_changes_nothing() -> None:
    a, b = scattered(2), scattered(3)
    a, b = (np.pad(each, [(0, 0), (0, 0), (6, 6), (6, 6)]) for each in (a, b))
    found = chamfer_distances(a, b)
    for change in (
        lambda each: np.roll(each, (3, -5), (2, 3)),
        lambda each: each[..., ::-1],
        lambda each: each.swapaxes(2, 3),
    ):
        np.testing.assert_allclose(chamfer_distances(change(a), change(b)), found)


def test_a_sketch_moved_by_a_pixel_is_no_more_than_a_pixel_off() -> None:
    a = np.pad(scattered(4), [(0, 0), (0, 0), (3, 3), (3, 3)])
    assert (chamfer_distances(a, np.roll(a, 1, 3)) <= 1).all()
    assert (chamfer_distances(a, a) == 0).all()


def test_a_sketch_without_strokes_is_as_far_off_as_can_be() -> None:
    nothing, something = np.zeros((1, 1, 30, 40), bool), np.ones((1, 1, 30, 40), bool)
    assert chamfer_distances(nothing, something) == pytest.approx([50])
    assert chamfer_distances(something, nothing) == pytest.approx([50])
    assert chamfer_distances(nothing, nothing) == pytest.approx([0])


def test_strokes_are_found_again_in_their_distance_map() -> None:
    """A clip of 4 pixels at 40: no more than a quarter is no more than a pixel away."""
    drawn = sketch((20, 20))
    found = strokes_of(distance_map(drawn))
    assert found.sum() == 5
    assert (found & drawn).sum() == 1


def test_squared_errors_are_summed_over_pixels_and_averaged_over_images() -> None:
    true = np.zeros((2, 1, 6, 5), np.float32)
    predicted = true.copy()
    predicted[0, 0, 2, :4] = 0.5
    assert sketch_errors(predicted, true)["sketch_sse"] == pytest.approx(4 * 0.25 / 2)


class Drawing(Oracle):
    """Draws what the oracle does, moved to the right, of images that it was not trained on."""

    shift = 2

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        found = super().predict(image)["sketch"]
        moved = torch.roll(found, self.shift, 3)
        moved[..., : self.shift] = 1
        new = (self.places(image) >= len(self.known.train)).reshape(-1, 1, 1, 1)
        return {"sketch": torch.where(new, moved, found)}


def test_the_gap_is_test_minus_training() -> None:
    of = dataset()
    found = evaluate(Drawing(of), data(of), ["sketch_error", "sketch_error_gap"], 0)
    assert 1 < found["chamfer"] <= 2
    assert found["chamfer_gap"] == pytest.approx(found["chamfer"])
    assert found["sketch_sse_gap"] == pytest.approx(found["sketch_sse"])


class Silent(Oracle):
    """Predicts no sketch."""

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        return {"pose": super().predict(image)["pose"]}


def partly(of: Dataset, labelled: np.ndarray) -> Dataset:
    """Give only some training images their sketches."""
    train, test = (split.rows(slice(None)) for split in (of.train, of.test))
    train.modalities["sketch"] = np.where(
        labelled[:, None, None, None], train.modalities["sketch"], 0
    ).astype(np.float32)
    train.modalities["labelled"] = labelled.astype(np.float32)
    test.modalities["labelled"] = np.ones(len(test), np.float32)
    return replace(of, train=train, test=test)


def test_a_method_without_sketches_has_no_errors_and_unlabelled_images_have_no_gap() -> None:
    of = dataset()
    assert not evaluate(Silent(of), data(of), ["sketch_error", "sketch_error_gap"], 0)
    some = partly(of, np.arange(len(of.train)) % 3 == 0)
    names = ["sketch_error_gap", "sketch_guesses"]
    assert evaluate(Oracle(of), data(some), names, 0)["chamfer_gap"] == pytest.approx(0)
    none = partly(of, np.zeros(len(of.train), bool))
    found = evaluate(Oracle(of), data(none), names, 0)
    assert not found
    assert found.reasons["chamfer_gap"] == "no training image has its sketch"


def test_the_mean_sketch_is_of_labelled_images_alone() -> None:
    of = dataset()
    labelled = of.train.factors["frame"] == 3
    found = evaluate(Oracle(of), data(partly(of, labelled)), ["sketch_guesses"], 0)
    true = of.test.modalities["sketch"]
    frame = of.train.modalities["sketch"][labelled][:1]
    expected = np.square(true.astype(float) - frame).sum((1, 2, 3)).mean()
    for guess in ("mean", "nearest"):  # all that are known are alike
        assert found[f"sketch_sse_of_{guess}"] == pytest.approx(expected, rel=1e-5)
