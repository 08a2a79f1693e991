"""What ``humans`` says of its images is so, and which images have which labels."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.config.sweep import resolve
from harness.data.dataset import Dataset
from harness.data.fingerprint import fingerprint
from harness.datasets.humans.dataset import HumansOptions
from harness.datasets.humans.factors import draw_factors
from harness.datasets.humans.joints import OF_32, bones
from harness.datasets.humans.motions import procedural_motions
from harness.datasets.registry import load_dataset, planned_dataset
from harness.errors import CorruptFileError, UserError

FEW = HumansOptions(n_train=40, n_test=20)


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNBRAID_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.delenv("UNBRAID_DATA", raising=False)
        yield


@pytest.fixture
def undrawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Black images, where the test is of labels alone."""

    def blank(factors: dict[str, np.ndarray], side: int, **_: object) -> np.ndarray:
        return np.zeros((len(factors["subject"]), 4, side, side), np.uint8)

    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path / "undrawn"))
    monkeypatch.setattr("harness.datasets.humans.dataset.render", blank)


@pytest.fixture(scope="module")
def few(cache: None) -> Dataset:
    return load_dataset(replace(FEW, masks=True), None)


def test_cameras_and_rotations_lead_from_one_label_to_the_next(few: Dataset) -> None:
    for split in (few.train, few.test):
        of = split.modalities
        np.testing.assert_allclose(of["cpose"] @ of["viewpoint"], of["joints_3d"], atol=1e-5)
        camera = of["weak_camera"][:, None]
        at = camera[..., :1] * of["joints_3d"][..., :2] + camera[..., 1:]
        np.testing.assert_allclose(at, of["joints_2d"], atol=1e-5)
        turned = of["viewpoint"] @ of["viewpoint"].swapaxes(1, 2)
        np.testing.assert_allclose(turned, np.broadcast_to(np.eye(3), turned.shape), atol=1e-5)
        np.testing.assert_allclose(np.linalg.det(of["viewpoint"]), 1, atol=1e-5)
        assert (of["joints_3d"][:, 0] == 0).all()


def test_a_body_of_its_own_frame_faces_the_viewer(few: Dataset) -> None:
    own = few.train.modalities["cpose"]
    left = own[:, 4] - own[:, 1]
    assert (left[:, 0] > 0.05).all()
    np.testing.assert_allclose(left[:, 1:], 0, atol=1e-6)
    assert (own[:, 8, 1] < 0).all(), "the thorax is above the pelvis"


def test_joints_lie_on_the_body(few: Dataset) -> None:
    for split in (few.train, few.test):
        at = np.stack(
            [[split.factors[f"{name}_{a}"] for a in "xy"] for name in few.keypoints]
        ).transpose(2, 0, 1)
        np.testing.assert_allclose(at, 32 * (split.modalities["joints_2d"] + 1) - 0.5, atol=1e-3)
        x, y = np.rint(at).astype(int).transpose(2, 0, 1)
        covered = split.modalities["mask"][np.arange(len(split))[:, None], 0, y, x]
        assert (covered > 0.1).mean() > 0.97
        assert 0.03 < split.modalities["mask"].mean() < 0.5, "and not on everything"


def test_bones_are_as_long_as_their_subjects(few: Dataset) -> None:
    for split in (few.train, few.test):
        lengths = np.linalg.norm(bones(split.modalities["joints_3d"]), axis=-1)
        for subject in np.unique(split.factors["subject"]):
            of = lengths[split.factors["subject"] == subject]
            np.testing.assert_allclose(of, np.broadcast_to(of[:1], of.shape), atol=1e-5)
        thigh = lengths[:, 2]
        assert ((thigh > 0.3) & (thigh < 0.55)).all(), "metres"


@pytest.mark.usefixtures("undrawn")
def test_no_subject_recording_or_pose_is_in_two_of_training_test_and_unpaired() -> None:
    dataset = load_dataset(replace(FEW, n_train=150, n_test=60), None)
    train, test = dataset.train, dataset.test
    for name in ("subject", "identity", "sequence", "motion"):
        assert not set(train.factors[name].tolist()) & set(test.factors[name].tolist()), name

    def lengths(joints: np.ndarray) -> set[float]:
        return set(np.linalg.norm(bones(joints), axis=-1)[:, 2].round(4).tolist())

    unpaired = lengths(train.modalities["unpaired_joints"])
    assert len(unpaired) > 30, "many other subjects"
    assert not unpaired & lengths(train.modalities["joints_3d"])


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("fraction", [0.05, 0.1, 0.25, 0.5])
def test_a_fraction_of_the_training_images_is_labelled(fraction: float) -> None:
    options = replace(FEW, n_train=400, label_fraction=fraction)
    train = load_dataset(options, None).train
    labelled = train.modalities["labelled"].astype(bool)
    assert labelled.mean() == pytest.approx(fraction, abs=0.08)
    for name in options.partly_given:
        assert not train.modalities[name][~labelled].any()
        assert train.modalities[name][labelled].any()
    assert train.modalities["unpaired_joints"].any(axis=(1, 2)).all()
    more = load_dataset(replace(options, label_fraction=2 * fraction), None).train
    assert more.modalities["labelled"][labelled].all()
    assert load_dataset(options, None).test.modalities["labelled"].all()


def test_images_in_the_wild_have_places_in_the_image_alone() -> None:
    options = replace(FEW, n_train=60, wild_fraction=0.3, label_fraction=0.5, street=True)
    dataset = load_dataset(options, None)
    train, plain = dataset.train, load_dataset(replace(options, wild_fraction=0.0), None).train
    wild = train.factors["wild"].astype(bool)
    many = draw_factors("train", 4000, procedural_motions(), 0, subjects=5, wild=0.3)
    assert many["wild"].mean() == pytest.approx(0.3, abs=0.03)
    assert (train.modalities["labelled_2d"][wild] == 1).all()
    assert (train.modalities["labelled"][wild] == 0).all()
    assert train.modalities["joints_2d"][wild].any(axis=(1, 2)).all()
    assert not train.modalities["joints_3d"][wild].any()
    assert train.factors["subject"][wild].min() > 6
    assert train.factors["scene"][wild].min() > train.factors["scene"][~wild].max()
    np.testing.assert_array_equal(train.images[~wild], plain.images[~wild])
    assert not dataset.test.factors["wild"].any()


def test_no_label_at_all_is_refused() -> None:
    with pytest.raises(UserError, match="leaves none of the 3 training images"):
        load_dataset(replace(FEW, n_train=3, label_fraction=0.001), None)


def test_methods_that_need_all_labels_are_refused_where_some_are_missing() -> None:
    trial = ["method=dvae_pose", "dataset=humans", "scale=smoke"]
    resolve(trial)
    with pytest.raises(UserError, match="label"):
        resolve([*trial, "dataset.label_fraction=0.1"])


@pytest.mark.usefixtures("undrawn")
def test_joints_of_32_are_those_of_17_and_copies() -> None:
    all_joints = load_dataset(replace(FEW, joints=32), None).train
    seventeen = load_dataset(FEW, None).train
    for name in ("joints_3d", "joints_2d", "unpaired_joints"):
        wide = all_joints.modalities[name]
        np.testing.assert_array_equal(wide[:, list(OF_32)], seventeen.modalities[name])
    wide = all_joints.modalities["joints_3d"]
    for copy, of in ((11, 0), (16, 13), (24, 13), (20, 19), (22, 19), (28, 27), (30, 27)):
        np.testing.assert_array_equal(wide[:, copy], wide[:, of])
    flat = wide.reshape(len(wide), -1).astype(np.float64)
    rank = np.linalg.matrix_rank(flat.T @ flat, tol=1e-4)
    assert rank < 96 - 7 * 3, "seven joints are copies"


def test_fewer_subjects_are_the_first() -> None:
    assert set(load_dataset(replace(FEW, subjects=1), None).train.factors["subject"]) == {0}


def write_motions(root: Path, **changes: Any) -> Path:
    """Write recorded motions in CMU's layout: four recordings of walking and one for the test."""
    x = [0, -1, -1, -1, 1, 1, 1, 0, 0, 0, 0, 2, 4, 6, -2, -4, -6]
    y = [0, 0, -4, -8, 0, -4, -8, 2, 4, 5, 6, 4, 4, 4, 4, 4, 4]
    rest = np.stack([x, y, np.zeros(17)], axis=1)
    frames = np.arange(40)
    arrays: dict[str, Any] = {
        "joints_rel_0p1mm": (1000 * rest + frames[:, None, None] * np.eye(17)[:, 3:6]).astype(
            np.int16
        ),
        "seq": (frames // 8).astype(np.int16),
        "frame": (frames % 8).astype(np.int32),
        "action": np.array(["walking"] * 5),
        "split": np.array(["test", "train", "train", "train", "train"]),
    }
    path = root / "mocap_cmu" / "cmu_h36m17_120hz.npz"
    path.parent.mkdir(exist_ok=True)
    np.savez(path, **{**arrays, **changes})
    return path


def test_recorded_poses_are_taken_where_they_are(tmp_path: Path) -> None:
    assert planned_dataset(FEW, tmp_path).poses == "procedural"  # type: ignore[attr-defined]
    write_motions(tmp_path)
    planned = planned_dataset(FEW, tmp_path)
    assert planned.poses == "mocap"  # type: ignore[attr-defined]
    recorded, drawn = load_dataset(planned, tmp_path), load_dataset(FEW, None)
    assert recorded.notes == ("The poses are recorded (CMU's motion capture).",)
    assert fingerprint(recorded) != fingerprint(drawn)
    assert set(recorded.train.factors["sequence"].tolist()) == {1, 3}
    assert set(recorded.test.factors["sequence"].tolist()) == {0}
    own = recorded.train.modalities["cpose"]
    assert (own[:, 13, 0] > 0.3).all(), "its left hand is at its left"
    assert (own[:, 3, 1] > 0.5).all(), "its feet are down"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"joints_rel_0p1mm": np.zeros((40, 16, 3), np.int16)}, "16, 3"),
        ({"joints_rel_0p1mm": np.zeros((40, 17, 3), np.int16)}, "no length"),
        ({"seq": np.full(40, 7, np.int16)}, "not there"),
        ({"split": np.array(["validation"] * 5)}, "something else"),
        ({"split": np.array(["train"] * 5)}, "no recordings for the test"),
        ({"frame": np.zeros(3, np.int32)}, "not of the same frames"),
    ],
)
def test_motions_of_another_form_are_named(
    tmp_path: Path, changes: dict[str, np.ndarray], said: str
) -> None:
    path = write_motions(tmp_path, **changes)
    for ask in (HumansOptions(poses="mocap").check, HumansOptions(poses="mocap").load):
        with pytest.raises(CorruptFileError, match=said) as raised:
            ask(tmp_path)
        assert str(path) in str(raised.value)


def test_missing_and_truncated_motions_are_named(tmp_path: Path) -> None:
    options = HumansOptions(poses="mocap")
    for folder in (None, tmp_path):
        with pytest.raises(UserError, match="UNBRAID_DATA"):
            options.check(folder)
    path = write_motions(tmp_path)
    path.write_bytes(path.read_bytes()[:900])
    with pytest.raises(CorruptFileError, match=path.name):
        options.check(tmp_path)
