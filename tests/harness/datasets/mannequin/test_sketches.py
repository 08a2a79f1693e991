"""Sketches of ``mannequin``: lines of the figure in its place, made where they are asked for."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import ndimage

from harness.config.schema import TrialConfig
from harness.config.sweep import resolve
from harness.data.dataset import Dataset
from harness.data.fingerprint import fingerprint
from harness.datasets.mannequin import outlines
from harness.datasets.mannequin.dataset import MannequinOptions
from harness.datasets.mannequin.drawn import render
from harness.datasets.mannequin.scenes import ACROSS, DOWN
from harness.datasets.mannequin.sketches import DRAWINGS, strokes
from harness.datasets.registry import load_dataset
from harness.drawing.distance_maps import distance_map
from harness.drawing.painting import View
from harness.drawing.rods import Rods
from harness.drawing.shapes import Capsules
from harness.results import TrialRecord
from harness.trial.method import as_asked
from harness.trial.run import run_trial

FEW = MannequinOptions(n_train=120, n_test=40, downscale=2)
GRID = MannequinOptions.grid
SHORTS = 0
ASKED = MannequinOptions.on_request


@pytest.fixture(scope="module")
def few() -> Dataset:
    return FEW.requested(load_dataset(FEW, None), ASKED)


def figures(n: int, **fixed: int) -> dict[str, np.ndarray]:
    factors = GRID.factors(np.random.default_rng(3).integers(len(GRID), size=n))
    return {**factors, **{name: np.full(n, value) for name, value in fixed.items()}}


@pytest.mark.parametrize("downscale", [1, 2])
def test_a_sketch_is_the_map_of_the_lines_of_what_an_image_shows(downscale: int) -> None:
    options = replace(FEW, downscale=downscale)
    dataset = options.requested(load_dataset(options, None), ["sketch"])
    for split in (dataset.train, dataset.test):
        lines = strokes(split.factors, downscale)
        assert lines.shape == (len(split), 1, *split.images.shape[2:])
        np.testing.assert_array_equal(split.modalities["sketch"], distance_map(lines))
        assert (lines.reshape(len(lines), -1).max(1) == 255).all()


@pytest.mark.parametrize("downscale", [1, 2])
def test_lines_follow_the_figure_in_its_place(downscale: int) -> None:
    """In short sleeves and shorts hardly anything hides it; its hair and clothes add a little."""
    shown = figures(60, clothes=SHORTS)
    lines = strokes(shown, downscale)[:, 0] > 0
    # Two palettes differ where the figure is, but for its shoes, which are black in both.
    one, other = (
        render({**shown, "palette": np.full(60, k)}, downscale).astype(int) for k in (0, 2)
    )
    bodies = (np.abs(one - other).sum(1) > 12) | (one.max(1) < 90)
    for line, body in zip(lines, bodies, strict=True):
        filled = ndimage.binary_fill_holes(body)
        edge = filled & ~ndimage.binary_erosion(filled)
        assert not (line & ~ndimage.binary_dilation(filled, iterations=2)).any()
        off = ndimage.distance_transform_edt(~line)[edge]
        assert np.median(off) <= 1.0
        assert np.quantile(off, 0.9) <= 3.0


@pytest.mark.parametrize("downscale", [1, 2])
def test_another_place_moves_the_lines(downscale: int) -> None:
    shown = figures(30, x=ACROSS.index(0.0), y=DOWN.index(0.0))
    middle = strokes(shown, downscale)[:, 0]
    moved = strokes({**shown, "x": np.full(30, 4), "y": np.full(30, 1)}, downscale)[:, 0]
    right, down = int(ACROSS[4]) // downscale, int(DOWN[1]) // downscale
    rolled = np.roll(middle, (down, right), axis=(1, 2))
    inside = np.s_[:, : middle.shape[1] + down, right:]
    np.testing.assert_array_equal(moved[inside], rolled[inside])


def test_all_that_a_sketch_shows_can_be_seen_at_the_smallest_size() -> None:
    lines = np.concatenate([*outlines.drawn_outlines(DRAWINGS.factors(np.arange(1152)), 2)])
    assert len(DRAWINGS) == len(np.unique(lines.reshape(1152, -1), axis=0)) == 1152


def test_images_of_a_frame_differ_in_their_sketches_by_the_build_alone(few: Dataset) -> None:
    factors, maps = few.train.factors, few.train.modalities["sketch"]
    kinds = {}
    for row, shown in enumerate(zip(factors["frame"], factors["build"], strict=True)):
        kinds.setdefault(shown, set()).add(maps[row].tobytes())
    assert {len(found) for found in kinds.values()} == {1}
    assert len({found for each in kinds.values() for found in each}) == len(kinds)


def test_a_fraction_has_its_sketches_and_all_have_unpaired_ones(few: Dataset) -> None:
    half = replace(FEW, label_fraction=0.5)
    given = half.requested(load_dataset(half, None), ASKED)
    of, whole = given.train.modalities, few.train.modalities
    labelled = of["labelled"] > 0
    assert 0.3 < labelled.mean() < 0.7
    np.testing.assert_array_equal(of["sketch"][labelled], whole["sketch"][labelled])
    assert not of["sketch"][~labelled].any()
    np.testing.assert_array_equal(of["unpaired_sketch"], whole["unpaired_sketch"])
    np.testing.assert_array_equal(given.test.modalities["sketch"], few.test.modalities["sketch"])
    assert "sketch" in half.partly_given
    of_images, others = whole["sketch"], whole["unpaired_sketch"]
    for maps in (of_images, others):
        assert not maps.min((1, 2, 3)).any()
        assert (maps.max((1, 2, 3)) == 1).all()
    assert (of_images == others).all((1, 2, 3)).mean() < 0.05
    assert len({one.tobytes() for one in others}) > 100


def trial(method: str, *more: str) -> TrialConfig:
    asked = ["dataset=mannequin", "dataset.n_train=120", "dataset.n_test=40", "scale=smoke"]
    sized = ["dataset.downscale=2", "scale.epochs=1", "scale.batch_size=40", "metrics=[mse]"]
    return resolve([f"method={method}", *asked, *sized, *more]).trials[0]


@pytest.mark.parametrize(
    ("method", "metrics", "made"),
    [
        ("vae", "mse", set()),
        ("semix", "joint_error", set()),
        ("semix", "sketch_guesses", {"sketch"}),
        ("semix_sup_sketch", "sketch_error", {"sketch"}),
        ("semix_sketch", "mse", {"sketch", "unpaired_sketch"}),
    ],
)
def test_they_are_made_for_those_who_ask(method: str, metrics: str, made: set[str]) -> None:
    dataset = load_dataset(FEW, None)
    assert not {*ASKED} & {*dataset.train.modalities}
    got = as_asked(trial(method, f"metrics=[{metrics}]"), dataset)
    assert {*ASKED} & {*got.train.modalities} == made
    assert (got is dataset) == (not made)


def test_what_is_known_of_the_images_is_what_it_was() -> None:
    """The fingerprint of an earlier version: run directories and checkpoints go on with it."""
    assert fingerprint(load_dataset(FEW, None)) == "3b3a68f5c860dca4"


def ended(asked: TrialConfig) -> TrialRecord:
    running = run_trial(asked, load_dataset(asked.dataset, None), torch.device("cpu"), {})
    try:
        while True:
            next(running)
    except StopIteration as stop:
        record: TrialRecord = stop.value
        return record


def test_a_trial_learns_sketches_and_is_scored_by_them() -> None:
    scores = "metrics=[sketch_error,sketch_error_gap,sketch_guesses,recombination]"
    record = ended(trial("semix_sketch", scores, "dataset.label_fraction=0.5", "method.m_max=2"))
    assert (record.status, record.error) == ("ok", None)
    expected = {"sketch_sse", "chamfer_gap", "chamfer_of_nearest", "recombined_sketch_sse"}
    assert expected <= {*record.metrics}
    assert record.metrics["sketch_sse_of_nearest"] < record.metrics["sketch_sse_of_mean"]


def test_images_too_few_for_triplets_are_enough_for_a_trial() -> None:
    few = ("dataset.n_train=3", "dataset.n_test=1", "metrics=[sketch_error]")
    record = ended(trial("semix_sketch", *few))
    assert (record.status, record.error) == ("ok", None)
    assert "triplet_errors" not in record.arrays


def test_images_without_any_label_are_said_without_a_traceback() -> None:
    record = ended(trial("semix_sketch", "dataset.label_fraction=0.05", "scale.train_limit=2"))
    assert record.status == "failed"
    assert (record.error or "").startswith("None of the 2 training images that are used has labels")


def seen_of(parts: list[tuple[tuple[float, float, float], tuple[float, float, float], float]]):
    """What is seen of rods ``(start, end, radius)``, each of a limb of its own, on 40 pixels."""
    view = View(np.ones((1, 2)), np.zeros((1, 2)))
    seen = outlines._Seen(1, 40)
    for limb, (start, end, radius) in enumerate(parts):
        line = Capsules(np.array([[start[:2]]]), np.array([[end[:2]]]), np.full((1, 1, 2), radius))
        seen.add(Rods(line, np.array([[[start[2], end[2]]]])), 0, limb, view)
    return seen.lines()[0]


def test_the_lines_of_a_ball_are_the_edge_of_its_disc() -> None:
    rows, columns = np.indices((40, 40)) + 0.5
    disc = np.hypot(rows - 20, columns - 18) < 9.3
    found = seen_of([((18, 20, 0), (18, 20, 0), 9.3)])
    np.testing.assert_array_equal(found, disc & ~ndimage.binary_erosion(disc))


def test_a_limb_before_another_has_an_outline_and_one_that_goes_on_has_none() -> None:
    behind = ((5.0, 20.0, 0.0), (35.0, 20.0, 0.0), 6.0)
    before = ((20.0, 5.0, 40.0), (20.0, 35.0, 40.0), 3.0)
    crossing = seen_of([behind, before])
    assert crossing[20, 17]
    assert crossing[20, 22]
    assert not crossing[20, 18:22].any(), "inside the one that is before"
    halves = [
        ((5.0, 20.0, 0.0), (20.0, 20.0, 0.0), 6.0),
        ((20.0, 20.0, 0.0), (35.0, 20.0, 0.0), 6.0),
    ]
    np.testing.assert_array_equal(seen_of(halves), seen_of([behind]))
