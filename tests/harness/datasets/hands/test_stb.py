from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from harness.data.dataset import Dataset
from harness.datasets.hands.canonical_pose import restore
from harness.datasets.hands.crops import squares_around
from harness.datasets.hands.photographs import Root
from harness.datasets.hands.stb import CENTRE, SEQUENCES, StbOptions
from harness.datasets.registry import check_available, load_dataset
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.hands.helpers.photographs import (
    FOCAL,
    FRAMES,
    RHD_ORDER,
    STB_ORDER,
    require_shown,
    stb_hand,
    stb_marks,
    write_stb,
)
from tests.harness.datasets.hands.helpers.photographs import SEQUENCES as ALL
from tests.harness.datasets.helpers.asking import Ask, both, loaded
from tests.helpers.real_data import real_data

NAMES = [*SEQUENCES["train"], *SEQUENCES["test"]]


@pytest.fixture(scope="module")
def stb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with STB, which tests leave as it is."""
    root = tmp_path_factory.mktemp("stb")
    write_stb(root)
    return root


def load(root: Path, options: StbOptions | None = None) -> Dataset:
    return loaded(options or StbOptions(), root)


def test_the_dataset(stb: Path) -> None:
    dataset = load(stb)
    assert (dataset.name, dataset.source) == ("stb", "real")
    assert sorted(NAMES) == sorted(ALL)
    assert len(dataset.train) == 10 * 2 * FRAMES
    assert len(dataset.test) == 2 * 2 * FRAMES
    assert dataset.test.images.shape[1:] == (3, 256, 256)
    assert dataset.keypoints == RHD_ORDER
    assert (dataset.known_identity, dataset.known_frame) == ("sequence", "")
    assert dataset.spec.n_identities == 10
    assert dataset.spec.modalities == {"pose": (21, 3), "cpose": (21, 3), "viewpoint": (3, 3)}
    assert set(dataset.train.factors["sequence"]) == set(range(10))
    assert set(dataset.test.factors["sequence"]) == {10, 11}  # both of the first background
    for split in (dataset.train, dataset.test):
        assert not split.factors["right"].any()
        assert split.factors["camera"].mean() == 0.5
        assert all(split.factors[f"visible_{name}"].all() for name in RHD_ORDER)


def of_rows(dataset: Dataset) -> list[tuple[dict[str, np.ndarray], dict[str, np.ndarray]]]:
    """Return joints and marks of each training image, found by its bone's length."""
    factors = dataset.train.factors
    found = []
    for row in range(len(dataset.train)):
        name, camera = NAMES[factors["sequence"][row]], int(factors["camera"][row])
        hands = [stb_hand(name, i) for i in range(FRAMES)]
        bones = [np.linalg.norm(of["middle_pip"] - of["middle_mcp"]) for of in hands]
        i = int(np.argmin(np.abs(np.array(bones) - factors["bone_mm"][row])))
        np.testing.assert_allclose(factors["bone_mm"][row], bones[i], rtol=1e-6)  # float32
        found.append((hands[i], stb_marks(name, i, camera)))
    return found


def test_joints_are_in_rhds_order_with_an_extrapolated_wrist(stb: Path) -> None:
    dataset = load(stb)
    train = dataset.train
    for row, (joints, _) in enumerate(of_rows(dataset)):
        # The palm's centre of these hands is midway between wrist and ring finger's base.
        mm = np.stack([joints[name] for name in RHD_ORDER])
        bone = float(train.factors["bone_mm"][row])
        pose, cpose, viewpoint = (known[row].astype(float) for known in train.modalities.values())
        np.testing.assert_allclose(pose * bone, mm - mm[0], atol=1e-3)  # mm; float32
        again = restore(cpose[None], viewpoint[None], np.zeros((1, 3)), np.array([False]))[0]
        np.testing.assert_allclose(again, pose, atol=1e-5)


def test_the_palm_as_root(stb: Path) -> None:
    wrist, palm = load(stb), load(stb, StbOptions(root="palm"))
    assert palm.keypoints == ("palm", *RHD_ORDER[1:])
    np.testing.assert_array_equal(palm.train.images, wrist.train.images)
    for row, (joints, marks) in enumerate(of_rows(wrist)):
        mm = np.stack([joints[name] for name in palm.keypoints])
        bone = palm.train.factors["bone_mm"][row]
        np.testing.assert_allclose(
            palm.train.modalities["pose"][row] * bone, mm - joints["palm"], atol=1e-3
        )
        shift = [palm.train.factors[f"palm_{a}"][row] - wrist.train.factors[f"wrist_{a}"][row]
                 for a in "xy"]  # fmt: skip
        side = squares_around(
            np.stack([marks[name] for name in RHD_ORDER])[None], np.ones((1, 21), bool), (640, 480)
        )[0, 2]
        np.testing.assert_allclose(shift, (marks["palm"] - marks["wrist"]) * 256 / side, atol=1e-3)


@pytest.mark.parametrize("root", ["wrist", "palm"])
def test_a_crop_reaches_the_wrist_whatever_the_root(tmp_path: Path, root: Root) -> None:
    folder = write_stb(tmp_path, frames=1)
    joints = np.zeros((3, 21, 1))
    joints[2] = FOCAL  # where a millimetre is a pixel
    joints[0, STB_ORDER.index("middle_pip")] = 20
    joints[1, STB_ORDER.index("palm")] = 50  # midway between the wrist and the ring finger's base
    for sequence in ALL:
        savemat(folder / f"labels/{sequence}_BB.mat", {"handPara": joints})
    train = load(tmp_path, StbOptions(root=root)).train
    np.testing.assert_allclose(train.factors["middle_pip_x"], 127.5 + 20 * 256 / 200, atol=1e-3)
    np.testing.assert_allclose(train.factors["middle_pip_y"], 127.5, atol=1e-3)


def test_both_cameras_see_the_same_pose_elsewhere(stb: Path) -> None:
    train = load(stb).train
    for bone in np.unique(train.factors["bone_mm"]):
        rows = np.flatnonzero(train.factors["bone_mm"] == bone)
        assert sorted(train.factors["camera"][rows]) == [0, 1]
        for known in train.modalities.values():
            np.testing.assert_allclose(known[rows[0]], known[rows[1]], atol=1e-6)
        assert (train.images[rows[0]] != train.images[rows[1]]).any()


@pytest.mark.parametrize("downscale", [1, 2, 4])
def test_keypoints_fall_on_what_the_photograph_shows_there(stb: Path, downscale: int) -> None:
    dataset = load(stb, StbOptions(downscale=downscale))  # type: ignore[arg-type]
    train = dataset.train
    assert train.images.shape[2:] == (256 // downscale, 256 // downscale)
    for row, (_, marks) in enumerate(of_rows(dataset)):
        places = {name: marks[name] for name in RHD_ORDER}
        require_shown(train, row, places, np.ones(21, bool), (640, 480))


def test_what_lies_outside_the_photograph_is_grey(tmp_path: Path) -> None:
    folder = write_stb(tmp_path)
    n = len(STB_ORDER)
    # A hand at the upper left corner: the middle finger's base is the first pixel.
    joints = np.stack([np.linspace(0, 60, n), np.linspace(0, 50, n), np.full(n, FOCAL)], 0)
    joints[:2] -= joints[:2, [STB_ORDER.index("middle_mcp")]] + np.array(CENTRE)[:, None]
    white = Image.new("RGB", (640, 480), (255, 255, 255))
    for sequence in ALL:
        savemat(folder / f"labels/{sequence}_BB.mat", {"handPara": joints[..., None]})
        for side in ("left", "right"):
            white.save(folder / f"images/{sequence}/BB_{side}_0.png")
    dataset = load(tmp_path, StbOptions(n_test=None))
    left = np.flatnonzero(dataset.train.factors["camera"] == 0)[0]
    image = dataset.train.images[left]
    assert image.shape == (3, 256, 256)
    # The photograph begins half a pixel before its first pixel's centre, the crop's middle.
    assert (image[:, :120] == 128).all()
    assert (image[:, :, :120] == 128).all()
    assert (image[:, 128:, 128:] == 255).all()


def test_sequences_beside_the_labels(stb: Path, tmp_path: Path) -> None:
    write_stb(tmp_path, images=".")
    np.testing.assert_array_equal(load(tmp_path).train.images, load(stb).train.images)
    np.testing.assert_array_equal(load(tmp_path / "stb").test.images, load(stb).test.images)


def test_the_first_so_many_show_several_sequences(stb: Path) -> None:
    few, whole = load(stb, StbOptions(n_train=12, n_test=3)), load(stb)
    assert (len(few.train), len(few.test)) == (12, 3)
    np.testing.assert_array_equal(few.train.images, whole.train.images[:12])
    for name, known in few.train.modalities.items():
        np.testing.assert_array_equal(known, whole.train.modalities[name][:12])
    for name, known in few.train.factors.items():
        np.testing.assert_array_equal(known, whole.train.factors[name][:12])
    assert len(set(few.train.factors["sequence"])) >= 5


@both
def test_what_is_missing_is_named(ask: Ask, tmp_path: Path, monkeypatch: Any) -> None:
    remedy = "data_root=FOLDER.*B1Counting_BB.mat.*'hands' needs no files"
    with pytest.raises(UserError, match=f"needs a folder with data.*{remedy}"):
        ask(StbOptions(), None)
    with pytest.raises(UserError, match=f"no folder labels .looked in .*{remedy}"):
        ask(StbOptions(), tmp_path)
    folder = write_stb(tmp_path, frames=1)
    image = folder / "images/B3Random/BB_right_0.png"
    image.write_bytes(b"")
    with pytest.raises(CorruptFileError, match=f"{image} is empty"):
        ask(StbOptions(), tmp_path)
    image.unlink()
    with pytest.raises(UserError, match=f"missing in .*B3Random/BB_right_0.png.*{remedy}"):
        ask(StbOptions(), tmp_path)
    (folder / "labels/B6Random_BB.mat").unlink()
    with pytest.raises(UserError, match=f"missing in .*labels: B6Random_BB.mat.*{remedy}"):
        ask(StbOptions(), tmp_path)


JOINTS = np.ones((3, 21, 2))
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("another name", {"hand": JOINTS}, " holds no array 'handPara' of real numbers; it holds hand"),
    ("words", {"handPara": "a"}, " holds no array 'handPara' of real numbers; it holds none"),
    ("one frame", {"handPara": JOINTS[..., 0]}, r": .* 3 x 21 x N numbers, but is of \(3, 21\)"),
    ("turned", {"handPara": JOINTS.T}, r": .* 3 x 21 x N numbers, but is of \(2, 21, 3\)"),
    ("NaN", {"handPara": JOINTS * np.nan}, ": .*finite and before the camera"),
    ("behind", {"handPara": -JOINTS}, ": .*finite and before the camera"),
]


@both
@pytest.mark.parametrize(("content", "said"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_what_is_wrong_with_labels_is_said(
    ask: Ask, tmp_path: Path, content: dict[str, Any], said: str
) -> None:
    path = write_stb(tmp_path, frames=1) / "labels/B2Counting_BB.mat"
    savemat(path, content)
    with pytest.raises(CorruptFileError, match=f"{path}{said}"):
        ask(StbOptions(), tmp_path)


def test_joints_in_one_point_are_refused(tmp_path: Path) -> None:
    path = write_stb(tmp_path, frames=1) / "labels/B2Counting_BB.mat"
    savemat(path, {"handPara": JOINTS[..., :1]})
    with pytest.raises(CorruptFileError, match=r"joints of .*B2Counting/BB_.*are no hand's"):
        load_dataset(StbOptions(), tmp_path)


@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.9])
@both
def test_truncated_labels_are_found(ask: Ask, tmp_path: Path, keep: float) -> None:
    path = write_stb(tmp_path, frames=1) / "labels/B2Counting_BB.mat"
    path.write_bytes(path.read_bytes()[: int(keep * path.stat().st_size)])
    with pytest.raises(CorruptFileError, match=f"{path} is (truncated or damaged|no MATLAB file)"):
        ask(StbOptions(), tmp_path)


@both
def test_fewer_labels_than_photographs_are_no_fault_but_more_are(ask: Ask, tmp_path: Path) -> None:
    folder = write_stb(tmp_path, frames=2)
    (folder / "images/B1Random/BB_left_1.png").unlink()
    with pytest.raises(UserError, match=r"missing in .*: images/B1Random/BB_left_1\.png\."):
        ask(StbOptions(), tmp_path)
    joints = np.array([[stb_hand("B1Random", 0)[name] for name in STB_ORDER]])
    savemat(folder / "labels/B1Random_BB.mat", {"handPara": joints.transpose(2, 1, 0)})
    ask(StbOptions(), tmp_path)


@pytest.mark.data
def test_real_stb() -> None:
    root = real_data("stb")
    check_available(StbOptions(), root)
    dataset = load_dataset(StbOptions(downscale=4, n_train=500, n_test=500), root)
    assert dataset.train.images.shape == (500, 3, 64, 64)
    assert 15 < np.median(dataset.test.factors["bone_mm"]) < 45
