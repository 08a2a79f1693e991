import numpy as np
import pytest
from scipy import stats

from harness.data.pairs import draw_triplets
from harness.datasets.hands.canonical_pose import JOINTS
from harness.datasets.hands.procedural.camera import projected, rotations, scene_of
from harness.datasets.hands.procedural.dataset import HandsOptions, joints_of
from harness.datasets.hands.procedural.drawn import render
from harness.datasets.hands.procedural.factors import CONTENT, HELD, draw_factors
from harness.datasets.hands.procedural.kinematics import LIMITS
from harness.datasets.registry import load_dataset
from tests.harness.datasets.hands.helpers.pictures import pixels

N = 24
FACTORS = draw_factors("train", N)


def test_the_joints_of_a_hand_depend_on_its_factors_alone() -> None:
    rows = slice(9, 13)
    some = joints_of({name: values[rows] for name, values in FACTORS.items()}, 4)
    for found, all_of in zip(some, joints_of(FACTORS, 4), strict=True):
        assert found.keys() == all_of.keys()
        for name, values in found.items():
            np.testing.assert_array_equal(values, all_of[name][rows])


def test_the_first_factors_never_change() -> None:
    # Golden: a change here changes every result on hands.
    np.testing.assert_array_equal(FACTORS["content"][:6], [0, 2, 6, 12, 2, 4])
    np.testing.assert_array_equal(FACTORS["frame"][:6], [0, 0, 0, 0, 2, 2])
    assert [FACTORS[name][0] for name in ("gesture", "palm", "background")] == [1, 1, 0]
    shown = [FACTORS[name][0] for name in ("roll", "tilt", "skin_tone", "index_pip")]
    np.testing.assert_allclose(shown, [2.0682, 0.6480, 0.1740, 0.1430], atol=6e-5)


def test_contents_and_frames_are_mixed_and_of_one_split() -> None:
    train, test = draw_factors("train", 640), draw_factors("test", 640)
    for label in ("content", "frame"):
        assert not set(train[label]) & set(test[label])
    for name in ("skin_tone", "roll", "scale"):
        assert not set(train[name]) & set(test[name])
        assert not set(train[name]) & set(draw_factors("train", 640, seed=1)[name])
    for label, names, images in (
        ("content", CONTENT, 8),
        ("frame", ("gesture", *LIMITS, *HELD, "scale"), 4),
    ):
        _, first, of, count = np.unique(
            train[label], return_index=True, return_inverse=True, return_counts=True
        )
        assert (count == images).all()
        for name in names:  # it is what the label says
            np.testing.assert_array_equal(train[name], train[name][first][of])
    both = np.stack([train["content"], train["frame"]])
    assert np.unique(both, axis=1).shape[1] == 640, "no content is twice in a frame"
    found = draw_triplets(test["content"], test["frame"], 100)
    np.testing.assert_array_equal(test["frame"][found.pose], test["frame"][found.truth])
    assert set(train["background"]) == set(range(6))


def test_factors_have_their_distributions() -> None:
    many = draw_factors("train", 64 * 500)
    frames = {name: values[::4] for name, values in many.items()}  # 8,000 of them
    # The draws are fixed; a wrong distribution gives p-values far below 1e-3.
    assert stats.kstest(np.log(frames["scale"]), "norm", (0, 0.05)).pvalue > 1e-3
    assert stats.kstest(frames["roll"], "uniform", (-np.pi, 2 * np.pi)).pvalue > 1e-3
    assert stats.kstest(np.cos(frames["tilt"]), "uniform", (0.5, 0.5)).pvalue > 1e-3
    assert stats.chisquare(np.bincount(frames["palm"])).pvalue > 1e-3
    assert stats.chisquare(np.bincount(frames["gesture"])).pvalue > 1e-3
    _, first = np.unique(many["content"], return_index=True)
    assert stats.kstest(many["skin_tone"][first], "uniform").pvalue > 1e-3


def test_palms_and_backs_are_tilted_by_sixty_degrees_at_most() -> None:
    factors = draw_factors("train", 4000)
    turn = rotations(factors)
    np.testing.assert_allclose(
        turn @ turn.swapaxes(1, 2), np.broadcast_to(np.eye(3), turn.shape), atol=1e-12
    )
    np.testing.assert_allclose(np.linalg.det(turn), 1)
    towards = -turn[:, 2, 2]  # of the palm's normal and the way to the camera, the cosine
    np.testing.assert_allclose(np.abs(towards), np.cos(factors["tilt"]), atol=1e-6)
    assert np.abs(towards).min() > 0.5 - 1e-6
    np.testing.assert_array_equal(towards > 0, factors["palm"] == 1)


def test_uniform_rotations_are_uniform() -> None:
    turn = rotations(draw_factors("train", 64 * 400, rotation="uniform")).reshape(-1, 9)[::4]
    # Uniform rotations have mean 0 and variance 1/3 in every entry; 6,400 draws leave 0.01 of it.
    np.testing.assert_allclose(turn.mean(0), 0, atol=0.03)
    np.testing.assert_allclose(turn.var(0), 1 / 3, atol=0.02)
    assert turn.var(0).sum() == pytest.approx(3, abs=0.01)


def test_labels_are_those_of_a_pinhole_camera() -> None:
    """From pose, bone and place, with the focal length and the middle of the image."""
    labels, modalities = joints_of(FACTORS)
    scene = scene_of(FACTORS)
    joints = modalities["pose"] * labels["bone_mm"][:, None, None] + scene.joints[:, :1]
    np.testing.assert_allclose(joints, scene.joints, atol=1e-3)
    place = 384 * joints[..., :2] / joints[..., 2:] + 128 - 0.5
    np.testing.assert_allclose(pixels(FACTORS), place, atol=1e-3)
    assert ((labels["bone_mm"] > 38) & (labels["bone_mm"] < 57)).all()  # 47 mm, 3 deviations of 5 %
    np.testing.assert_allclose(labels["bone_mm"] / 47, FACTORS["scale"], rtol=1e-5)
    bone = modalities["pose"][:, 11] - modalities["pose"][:, 12]
    np.testing.assert_allclose(np.linalg.norm(bone, axis=1), 1, rtol=1e-6)
    assert (modalities["pose"][:, 0] == 0).all()


def test_canonical_poses_know_nothing_of_how_the_hand_is_held() -> None:
    other = {name: FACTORS[name] for name in ("gesture", *LIMITS)}
    again = {**draw_factors("test", N, rotation="uniform"), **other}
    (_, one), (_, two) = joints_of(FACTORS), joints_of(again)
    np.testing.assert_allclose(one["cpose"], two["cpose"], atol=1e-6)
    assert np.abs(one["pose"] - two["pose"]).max() > 1
    # The viewpoint is what the rotation is, but for a turn within the hand.
    between = one["viewpoint"].swapaxes(1, 2) @ two["viewpoint"]
    turns = rotations(FACTORS) @ rotations(again).swapaxes(1, 2)
    np.testing.assert_allclose(between, turns, atol=1e-5)


def test_canonical_poses_and_viewpoints_give_the_poses() -> None:
    _, found = joints_of(FACTORS)
    cpose = found["cpose"]
    np.testing.assert_allclose(cpose @ found["viewpoint"], found["pose"], atol=1e-6)
    np.testing.assert_allclose(np.linalg.det(found["viewpoint"]), 1, rtol=1e-6)
    np.testing.assert_allclose(cpose[:, 12, [0, 2]], 0, atol=1e-6)
    assert (cpose[:, 12, 1] < 0).all()
    np.testing.assert_allclose(cpose[:, 20, 2], 0, atol=1e-6)
    assert (cpose[:, 20, 0] > 0).all()


def test_hands_are_in_the_image() -> None:
    for rotation in ("facing", "uniform"):
        at = projected(scene_of(draw_factors("train", 2000, rotation=rotation)).joints)  # type: ignore[arg-type]
        assert (np.abs(at) < 128).all(-1).mean() > 0.995
        assert np.median(np.ptp(at, axis=1).max(1)) > 90


def test_dataset() -> None:
    options = HandsOptions(downscale=4, n_train=N, n_test=12)
    dataset = load_dataset(options, None)
    assert (dataset.name, dataset.source, dataset.warp) == ("hands", "procedural", None)
    assert dataset.spec.image_shape == (3, 64, 64)
    assert dataset.spec.modalities == {"pose": (21, 3), "cpose": (21, 3), "viewpoint": (3, 3)}
    assert tuple(dataset.train.modalities) == options.modalities
    np.testing.assert_array_equal(dataset.train.images, render(FACTORS, 4))
    np.testing.assert_array_equal(dataset.test.images, render(dataset.test.factors, 4))
    assert (dataset.known_identity, dataset.known_frame) == ("content", "frame")
    assert dataset.known_keypoints == options.keypoints == JOINTS
    assert dataset.known_appearance == CONTENT
    assert dataset.known_pose == ("gesture", *LIMITS, *HELD, "scale")
    kinds = {name: values.dtype.name for name, values in dataset.test.factors.items()}
    labels = {name for name, kind in kinds.items() if kind == "int64"}
    assert labels == {"content", "frame", "background", "gesture", "palm"} | {
        f"visible_{name}" for name in JOINTS
    }
    assert set(kinds.values()) == {"int64", "float32"}
    assert {array.dtype.name for array in dataset.test.modalities.values()} == {"float32"}
    other = load_dataset(HandsOptions(downscale=2, n_train=4, n_test=4, rotation="uniform"), None)
    assert other.spec.image_shape == (3, 128, 128)
    assert np.abs(other.train.modalities["pose"] - dataset.train.modalities["pose"][:4]).max() > 0.1
