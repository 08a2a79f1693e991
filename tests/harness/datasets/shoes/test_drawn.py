"""Procedural shoes: distance maps, pairs, labels, and what a sketch shows of a shoe."""

from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from harness.data.dataset import Dataset
from harness.datasets.registry import load_dataset
from harness.datasets.shoes.dataset import ShoesOptions
from harness.datasets.shoes.drawn import render
from harness.datasets.shoes.factors import APPEARANCE, SHAPE, draw_factors, photographs
from harness.datasets.shoes.sketches import sketches
from harness.datasets.shoes.view import Camera, Canvas


@pytest.fixture
def few() -> Dataset:
    return load_dataset(ShoesOptions(n_train=30, n_test=3, label_fraction=0.4), None)


def test_a_photograph_has_three_or_four_sketches_one_after_another() -> None:
    photograph, number = photographs(6000)
    counts = np.bincount(photograph)
    assert set(counts) == {3, 4}
    assert counts.mean() == pytest.approx(10 / 3)
    assert (np.diff(photograph) >= 0).all()
    np.testing.assert_array_equal(number[photograph == 5], np.arange(4))
    assert photographs(7)[0].tolist() == [0, 0, 0, 1, 1, 1, 2]


def test_the_pairs_of_a_photograph_share_it_and_are_drawn_by_different_hands(few: Dataset) -> None:
    train = few.train
    for which in range(3):
        rows = np.flatnonzero(train.factors["photograph"] == which)
        assert len(np.unique(train.images[rows].reshape(len(rows), -1), axis=0)) == 1
        if train.modalities["labelled"][rows[0]]:
            maps = train.modalities["sketch"][rows].reshape(len(rows), -1)
            assert len(np.unique(maps, axis=0)) == len(rows)


def test_unlabelled_photographs_lose_all_of_their_sketches(few: Dataset) -> None:
    of = few.train.modalities
    labelled = of["labelled"].astype(bool)
    photograph = few.train.factors["photograph"]
    assert 0 < labelled.mean() < 1
    assert not set(photograph[labelled]) & set(photograph[~labelled])
    assert (of["sketch"][~labelled] == 0).all()
    assert (few.test.modalities["labelled"] == 1).all()
    for maps in (of["sketch"][labelled], of["unpaired_sketch"]):
        assert (maps.min((1, 2, 3)) == 0).all()
        assert (maps.max((1, 2, 3)) == 1).all()
    paired = {one.tobytes() for one in of["sketch"][labelled]}
    assert not paired & {one.tobytes() for one in of["unpaired_sketch"]}


def test_more_labels_are_the_same_ones_and_more(few: Dataset) -> None:
    more = load_dataset(ShoesOptions(n_train=30, n_test=3, label_fraction=0.8), None).train
    labelled = few.train.modalities["labelled"].astype(bool)
    assert more.modalities["labelled"][labelled].all()
    assert more.modalities["labelled"].sum() > labelled.sum()
    np.testing.assert_array_equal(
        more.modalities["sketch"][labelled], few.train.modalities["sketch"][labelled]
    )


def test_it_is_drawn_once(few: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def again(*_: object, **__: object) -> None:
        raise AssertionError("drawn again")

    for name in ("drawn._photograph", "sketches.lines_of"):
        monkeypatch.setattr(f"harness.datasets.shoes.{name}", again)
    same = load_dataset(ShoesOptions(n_train=30, n_test=3, label_fraction=0.4), None)
    np.testing.assert_array_equal(same.train.images, few.train.images)


@pytest.fixture(scope="module")
def shoe() -> dict[str, np.ndarray]:
    return draw_factors("train/0", 2)


def drawn(factors: dict[str, np.ndarray], side: int = 64) -> np.ndarray:
    return sketches(factors, np.arange(2), np.arange(2), "a hand", side)


def test_a_sketch_shows_the_shape_and_nothing_of_the_appearance(
    shoe: dict[str, np.ndarray],
) -> None:
    images, strokes = render(shoe, 64), drawn(shoe)
    others = draw_factors("train/1", 2)
    look = {name: others[name] if name in APPEARANCE else shoe[name] for name in shoe}
    shape = {name: others[name] if name in SHAPE else shoe[name] for name in shoe}
    np.testing.assert_array_equal(drawn(look), strokes)
    assert not np.array_equal(render(look, 64), images)
    assert not np.array_equal(drawn(shape), strokes)


def test_strokes_follow_the_outline_of_the_photographed_shoe() -> None:
    factors = draw_factors("train/0", 1)
    factors["colour"][:] = 0  # black, as the sole
    factors["sole_colour"][:] = 1
    for side in (64, 224):
        image = render(factors, side)[0].astype(float).mean(0)
        stroke = sketches(factors, np.zeros(1, int), np.arange(1), "a hand", side)[0, 0]
        body = ndimage.binary_opening(image < 110, iterations=side // 64)
        edge = body & ~ndimage.binary_erosion(body)
        off = ndimage.distance_transform_edt(stroke == 0)[edge] / side
        assert np.median(off) < 0.03


def test_of_points_in_a_pixel_the_nearest_stays_whatever_the_order() -> None:
    rng = np.random.default_rng(2)
    seen = np.concatenate([rng.uniform(0, 8, (400, 2)), rng.uniform(-1, 1, (400, 1))], axis=1)
    colour = rng.random((400, 3))
    canvas = Canvas.empty(8)
    canvas.put(seen[:250], colour[:250], 1)
    canvas.put(seen[250:], colour[250:], 1)
    for row, column in np.ndindex(8, 8):
        here = np.flatnonzero((seen[:, :2].astype(int) == (column, row)).all(1))
        if len(here):
            nearest = here[seen[here, 2].argmax()]
            np.testing.assert_allclose(canvas.colour[row, column], colour[nearest], atol=1e-6)
        else:
            assert canvas.near[row, column] == -np.inf


def test_a_camera_turns_what_it_sees_without_stretching_it() -> None:
    points = np.random.default_rng(0).normal(size=(20, 3))
    seen = Camera(0.4, 0.3, scale=1.0).project(points)
    true = np.linalg.norm(points[:, None] - points, axis=2)
    np.testing.assert_allclose(np.linalg.norm(seen[:, None] - seen, axis=2), true, atol=1e-9)


def test_folders_hold_pixels_of_a_size(tmp_path: Path) -> None:
    assert ShoesOptions().smaller(5, 9).n_train == 5
    assert ShoesOptions().n_training(None) == 6000
    assert ShoesOptions("real").n_training(tmp_path) is None
    assert ShoesOptions("real").smaller(5, 9) == ShoesOptions("real")
