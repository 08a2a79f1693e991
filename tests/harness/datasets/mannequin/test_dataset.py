"""``mannequin``: its images, its order, its joints, and whose labels are given."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from harness.config.sweep import resolve
from harness.data.batches.sampler import Sampler
from harness.data.dataset import Dataset
from harness.data.pairs import draw_triplets
from harness.datasets.mannequin.dataset import MannequinOptions
from harness.datasets.mannequin.drawn import render
from harness.datasets.mannequin.scenes import STATURES, joints_in_space, scene_of
from harness.datasets.registry import load_dataset
from harness.drawing.skeleton import KEYPOINTS
from harness.errors import UserError

FEW = MannequinOptions(n_train=120, n_test=40)
GRID = MannequinOptions.grid
LABELS = ("pose_factors", "appearance_factors", "joints_3d", "joints_2d", "viewpoint", "cpose")


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNBRAID_CACHE", str(tmp_path_factory.mktemp("cache")))
        return load_dataset(FEW, None)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path))


def test_every_image_is_the_one_its_factors_name(few: Dataset) -> None:
    for split in (few.train, few.test):
        shown = {name: split.factors[name] for name in GRID.sizes}
        np.testing.assert_array_equal(split.images, render(shown))


@pytest.mark.parametrize("downscale", [1, 2])
def test_an_image_depends_on_its_own_factors_alone(downscale: int) -> None:
    factors = GRID.factors(np.random.default_rng(0).integers(len(GRID), size=24))
    together = render(factors, downscale)
    for i in (0, 7, 23):
        alone = render({name: values[i : i + 1] for name, values in factors.items()}, downscale)
        np.testing.assert_array_equal(alone[0], together[i])
    backwards = render({name: values[::-1] for name, values in factors.items()}, downscale)
    np.testing.assert_array_equal(backwards[::-1], together)


@pytest.mark.parametrize("downscale", [1, 2])
@pytest.mark.parametrize("name", GRID.sizes)
def test_every_two_values_of_a_factor_look_different(name: str, downscale: int) -> None:
    """By a fifth of the full brightness: in 0.8 % of the pixels, and in some of every figure."""
    size, n = GRID.sizes[name], 9
    base = GRID.factors(np.random.default_rng(1).integers(len(GRID), size=n))
    factors = {key: np.repeat(values, size) for key, values in base.items()}
    factors[name] = np.tile(np.arange(size), n)
    images = render(factors, downscale).reshape(n, size, 3, -1).astype(int)
    for one, other in itertools.combinations(range(size), 2):
        apart = np.abs(images[:, one] - images[:, other]).max(1)
        seen = (apart > 51).mean(1)
        assert np.median(seen) > 0.008, (name, one, other)
        assert seen.min() > 0, (name, one, other)


def test_every_place_is_once_in_the_order_in_fours_of_one_frame() -> None:
    order = FEW.order()
    np.testing.assert_array_equal(np.sort(order), np.arange(len(GRID)))
    frame, person = np.divmod(order.reshape(-1, 4), 80)
    assert (frame == frame[:, :1]).all()
    assert all(len(set(four)) == 4 for four in person[:500].tolist())
    assert len(set(frame[:100, 0].tolist())) > 95, "frames in a random order"
    train, test = MannequinOptions(n_train=6000, n_test=1000).split()
    assert not set(train) & set(test)


def test_few_images_have_pairs_and_triplets() -> None:
    """What scale=smoke and scale=small use: training and test images."""
    for n_train, n_test in ((1000, 200), (6000, 1000)):
        train, test = MannequinOptions(n_train=n_train, n_test=n_test).split()
        assert np.bincount(train % 80, minlength=80).min() >= 2
        frame, person = np.divmod(test, 80)
        drawn = draw_triplets(person, frame, 4 * n_test)
        assert len(np.unique(drawn.truth)) > 0.85 * n_test, "nearly every image can be the truth"
        assert len(np.unique(frame)) > 0.2 * n_test


def test_identity_and_frame_number_the_appearances_and_the_rest(few: Dataset) -> None:
    factors = {**few.train.factors}
    places = GRID.index(factors)
    np.testing.assert_array_equal(factors["frame"] * 80 + factors["identity"], places)
    assert few.appearance_factors == ("build", "clothes", "palette")
    assert set(few.pose_factors) == {"pose", "azimuth", "scale", "x", "y"}


def test_joints_are_those_of_a_figure_that_faces_the_viewer_turned_by_the_viewpoint(
    few: Dataset,
) -> None:
    names = ("viewpoint", "joints_3d", "cpose")
    turn, joints, cpose = (few.train.modalities[name] for name in names)
    product = turn @ turn.transpose(0, 2, 1)
    np.testing.assert_allclose(product, np.broadcast_to(np.eye(3), turn.shape), atol=1e-6)
    np.testing.assert_allclose(np.linalg.det(turn), 1, atol=1e-6)
    own = joints @ turn.transpose(0, 2, 1)
    np.testing.assert_allclose(cpose, own, atol=1e-6)
    pose, build = few.train.factors["pose"], few.train.factors["build"]
    alike = np.flatnonzero((pose == pose[0]) & (build == build[0]))
    assert len(np.unique(few.train.factors["azimuth"][alike])) > 1
    np.testing.assert_allclose(own[alike], np.broadcast_to(own[0], own[alike].shape), atol=1e-6)
    np.testing.assert_allclose(joints[:, KEYPOINTS.index("pelvis")], 0, atol=1e-7)
    # Eight viewpoints, an eighth of a turn about the upright axis apart.
    azimuth = few.train.factors["azimuth"]
    first, second = (turn[np.flatnonzero(azimuth == a)[0]] for a in (2, 3))
    between = second @ first.T
    np.testing.assert_allclose(np.trace(between), 1 + 2 * np.cos(np.pi / 4), atol=1e-6)
    np.testing.assert_allclose(between[1], [0, 1, 0], atol=1e-6)


@pytest.mark.parametrize("downscale", [1, 2])
@pytest.mark.usefixtures("cache")
def test_places_in_the_image_are_those_in_space_scaled_and_moved(downscale: int) -> None:
    split = load_dataset(replace(FEW, downscale=downscale), None).train
    flat, space = split.modalities["joints_2d"], split.modalities["joints_3d"][..., :2]
    stature = np.array(STATURES)[split.factors["scale"]]
    scaled = space * (2 * stature / 64)[:, None, None]
    moved = flat - scaled
    np.testing.assert_allclose(moved, np.broadcast_to(moved[:, :1], moved.shape), atol=1e-5)
    side = split.images.shape[-1]
    for k, name in enumerate(KEYPOINTS):
        for axis, letter in enumerate("xy"):
            pixels = split.factors[f"{name}_{letter}"]
            np.testing.assert_allclose((2 * pixels + 1) / side - 1, flat[:, k, axis], atol=1e-5)
    # The head is where the image shows something else than beside and above the figure.
    x, y = (np.rint(split.factors[f"head_{a}"]).astype(int) for a in "xy")
    rows = np.arange(len(x))
    apart = np.abs(split.images[rows, :, y, x].astype(int) - split.images[rows, :, y, 0])
    assert (apart.max(1) > 25).mean() > 0.95


def test_builds_have_one_stature() -> None:
    n = GRID.sizes["build"]
    still = {name: np.zeros(n, np.int64) for name in GRID.sizes}
    body = scene_of({**still, "build": np.arange(n)}).body
    height = body["left_ankle"][:, 1] - body["crown"][:, 1]
    assert np.ptp(height) < 0.03 * height.mean()
    wide = body["left_shoulder"][:, 0] - body["right_shoulder"][:, 0]
    assert wide.max() > 1.2 * wide.min()


def test_unpaired_joints_are_of_figures_that_the_images_do_not_say(few: Dataset) -> None:
    found = few.train.modalities["unpaired_joints"]
    sizes = [GRID.sizes[name] for name in ("build", "pose", "azimuth")]
    build, pose, azimuth = (index.ravel() for index in np.indices(sizes))
    possible = joints_in_space(scene_of({"build": build, "pose": pose, "azimuth": azimuth}))
    far = np.abs(found[:, None] - possible[None]).max((2, 3))
    assert far.min(1).max() < 1e-6, "each is a figure that there could be"
    assert len(set(far.argmin(1).tolist())) > 80
    same = np.abs(found - few.train.modalities["joints_3d"]).max((1, 2)) < 1e-6
    assert same.mean() < 0.1


@pytest.mark.usefixtures("cache")
def test_a_fraction_of_the_training_images_has_labels(few: Dataset) -> None:
    half, most = (load_dataset(replace(FEW, label_fraction=share), None) for share in (0.5, 0.8))
    given, more = (each.train.modalities["labelled"] > 0 for each in (half, most))
    assert 0.35 < given.mean() < 0.65
    assert 0.65 < more.mean() < 0.95
    assert not (given & ~more).any(), "a larger share has those of a smaller one"
    for name in LABELS:
        values, whole = half.train.modalities[name], few.train.modalities[name]
        np.testing.assert_array_equal(values[given], whole[given], err_msg=name)
        assert not values[~given].any(), name
        np.testing.assert_array_equal(half.test.modalities[name], few.test.modalities[name])
    np.testing.assert_array_equal(half.train.images, few.train.images)
    np.testing.assert_array_equal(
        half.train.modalities["unpaired_joints"], few.train.modalities["unpaired_joints"]
    )
    assert half.test.modalities["labelled"].all()
    assert few.train.modalities["labelled"].all()
    with pytest.raises(UserError, match="leaves none of the 120 training images"):
        load_dataset(replace(FEW, label_fraction=1e-6), None)


def test_methods_that_need_every_label_refuse_a_fraction_before_anything_starts() -> None:
    asked = ["dataset=mannequin", "scale=smoke", "dataset.label_fraction=0.5"]
    with pytest.raises(UserError, match=r"'dvae' learns from pose_factors, .*label_fraction"):
        resolve(["method=dvae", *asked])
    resolve(["method=dvae", *asked[:2]])
    for method in ("vae", "rodi"):
        resolve([f"method={method}", *asked])


EVERY = "vae,beta_vae,beta_tcvae,dip_vae_ii,u_vitae,c_vitae,rodi,bvae,cycle_vae,atsdm,drnet,dvae"


def test_every_family_of_methods_can_learn_from_it_and_from_dsprites() -> None:
    datasets = "dataset=choice(mannequin,dsprites)"
    plan = resolve([f"method=choice({EVERY})", datasets, "scale=small", "seeds=1"])
    assert len(plan.trials) == 2 * len(EVERY.split(","))


def test_what_is_asked_for_comes_in_the_batches(few: Dataset) -> None:
    asked = ("joints_3d", "labelled", "unpaired_joints")
    sampler = Sampler(few.train, None, "cpu", 8, needs=asked)
    batch = next(sampler.epoch(torch.Generator().manual_seed(0)))
    assert [tuple(batch[name].shape) for name in asked] == [(8, 17, 3), (8,), (8, 17, 3)]
