import pickle
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image

from harness.data.dataset import Dataset
from harness.data.identity_order import shuffled
from harness.datasets.hands.canonical_pose import MIDDLE_BASE, restore
from harness.datasets.hands.photographs import Root
from harness.datasets.hands.rhd import RhdOptions
from harness.datasets.registry import check_available, load_dataset
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.hands.helpers.photographs import (
    MARKED,
    RHD_ORDER,
    N,
    red_centre,
    require_shown,
    rhd_entry,
    rhd_numbers,
    rhd_sample,
    write_rhd,
)
from tests.harness.datasets.helpers.asking import Ask, both, loaded
from tests.helpers.real_data import real_data

roots = pytest.mark.parametrize("root", ["wrist", "palm"])
PICKLE = "training/anno_training.pickle"
NAMES = {"wrist": RHD_ORDER, "palm": ("palm", *RHD_ORDER[1:])}


def load(root: Path, options: RhdOptions | None = None) -> Dataset:
    return loaded(options or RhdOptions(), root)


def shown(part: str, root: Root = "palm") -> list[tuple[np.ndarray, bool, np.ndarray, np.ndarray]]:
    """Return joints (mm), side, places and visibility of the hand of each image, in its order."""
    found = []
    for i in shuffled(f"rhd/{ {'training': 'train', 'evaluation': 'test'}[part] }", N[part]):
        left, right, is_right = rhd_sample(part, int(i))
        entry = rhd_entry(left, right)
        xyz, uv_vis = (entry[of].reshape(2, 21, 3)[int(is_right)] for of in ("xyz", "uv_vis"))
        uv, seen = uv_vis[:, :2], uv_vis[:, 2] == 1
        if root == "palm":  # the middle of two joints, seen where either is
            xyz[0], uv[0] = (of[[0, MIDDLE_BASE]].mean(0) for of in (xyz, uv))
            seen[0] = seen[[0, MIDDLE_BASE]].any()
        found.append((1000 * xyz, is_right, uv, seen))
    return found


@pytest.mark.parametrize("folder", ["rhd", "rhd/RHD_published_v2", "RHD_published_v2", "."])
def test_the_dataset(tmp_path: Path, folder: str) -> None:
    write_rhd(tmp_path, folder)
    dataset = load(tmp_path)
    assert (dataset.name, dataset.source) == ("rhd", "real")
    assert dataset.keypoints == NAMES["palm"], "as hand3d's and later evaluations have it"
    assert (dataset.known_identity, dataset.known_frame, dataset.known_camera) == ("", "", "")
    for split, n in ((dataset.train, 7), (dataset.test, 4)):
        assert split.images.shape == (n, 3, 256, 256)
        assert split.images.dtype == np.uint8
        assert {name: known.shape for name, known in split.modalities.items()} == {
            "pose": (n, 21, 3),
            "cpose": (n, 21, 3),
            "viewpoint": (n, 3, 3),
        }
        assert {known.dtype for known in split.modalities.values()} == {np.dtype(np.float32)}


def test_the_hand_with_more_pixels_is_the_one_shown(tmp_path: Path) -> None:
    write_rhd(tmp_path)
    for split, part in ((load(tmp_path).train, "training"), (load(tmp_path).test, "evaluation")):
        hands = shown(part)
        assert {is_right for _, is_right, _, _ in hands} == {True, False}
        np.testing.assert_array_equal(split.factors["right"], [hand[1] for hand in hands])
        for j, name in enumerate(NAMES["palm"]):
            seen = [hand[3][j] for hand in hands]
            np.testing.assert_array_equal(split.factors[f"visible_{name}"], seen)


def test_hands_of_as_many_pixels_are_right(tmp_path: Path) -> None:
    folder = write_rhd(tmp_path)
    for number in rhd_numbers("evaluation"):
        mask = np.zeros((320, 320), np.uint8)
        mask[0, :5], mask[1, :5] = 17, 18
        Image.fromarray(mask).save(folder / f"evaluation/mask/{number:05d}.png")
    assert load(tmp_path).test.factors["right"].all()


@roots
def test_poses_are_in_lengths_of_the_bone_and_give_the_joints_again(
    tmp_path: Path, root: Root
) -> None:
    write_rhd(tmp_path)
    train = load(tmp_path, RhdOptions(root=root)).train
    for row, (mm, is_right, _, _) in enumerate(shown("training", root)):
        bone = np.linalg.norm(mm[RHD_ORDER.index("middle_pip")] - mm[MIDDLE_BASE])
        assert train.factors["bone_mm"][row] == pytest.approx(bone, rel=1e-6)  # float32
        pose, cpose, viewpoint = (known[row].astype(float) for known in train.modalities.values())
        np.testing.assert_allclose(pose * bone, mm - mm[0], atol=1e-3)  # mm; float32
        right = np.array([is_right])
        again = restore(cpose[None], viewpoint[None], mm[None, 0] / bone, right)[0]
        np.testing.assert_allclose(again * bone, mm, atol=1e-3)
        # The pinky is to the thumb's other side: mirrored right hands curl to where left ones do.
        assert cpose[RHD_ORDER.index("pinky_mcp"), 0] > 0 > cpose[RHD_ORDER.index("thumb_cmc"), 0]
        assert cpose[RHD_ORDER.index("middle_tip"), 2] < 0


@roots
@pytest.mark.parametrize("downscale", [1, 2, 4])
def test_keypoints_fall_on_what_the_photograph_shows_there(
    tmp_path: Path, downscale: Any, root: Root
) -> None:
    write_rhd(tmp_path)
    train = load(tmp_path, RhdOptions(root, downscale)).train
    assert train.images.shape[2:] == (256 // downscale, 256 // downscale)
    for row, (_, _, uv, seen) in enumerate(shown("training", root)):
        require_shown(train, row, dict(zip(NAMES[root], uv, strict=True)), seen, (320, 320))


def test_the_root_does_not_change_the_frame(tmp_path: Path) -> None:
    """The palm lies on the line from the wrist to joint 12."""
    write_rhd(tmp_path)
    wrist, palm = (load(tmp_path, RhdOptions(root)) for root in get_args(Root))
    assert (wrist.keypoints, palm.keypoints) == (NAMES["wrist"], NAMES["palm"])
    np.testing.assert_allclose(
        palm.train.modalities["viewpoint"], wrist.train.modalities["viewpoint"], atol=1e-4
    )


@pytest.mark.parametrize(("root", "side"), [("wrist", 180), ("palm", 90)])
def test_a_crop_reaches_as_far_as_its_root(tmp_path: Path, root: Root, side: int) -> None:
    """The wrist is the farthest point, and is not among hand3d's 21 where the palm is."""
    folder = write_rhd(tmp_path)
    entries = pickle.loads((folder / PICKLE).read_bytes())
    for entry in entries.values():
        of_hands = entry["uv_vis"].reshape(2, 21, 3)
        of_hands[:, 0, :2] = of_hands[:, MIDDLE_BASE, :2] + [0, 90]
        of_hands[:, :, 2] = np.arange(21) == 0
    (folder / PICKLE).write_bytes(pickle.dumps(entries))
    train = load(tmp_path, RhdOptions(root=root)).train
    # As far below the middle of the crop as its lower edge is.
    np.testing.assert_allclose(train.factors[f"{root}_y"], 255.5, atol=1e-3)
    for row, (_, _, uv, _) in enumerate(shown("training")):
        between = uv[RHD_ORDER.index(MARKED)] - uv[MIDDLE_BASE]
        at = np.array([train.factors[f"{MARKED}_{axis}"][row] for axis in "xy"])
        np.testing.assert_allclose(at, 127.5 + between * 256 / side, atol=1e-3)
        # The picture is as large: its disc's centre is at a whole pixel of the file.
        np.testing.assert_allclose(red_centre(train.images[row]), at, atol=0.6 * 256 / side)


def test_the_first_so_many_are_the_only_ones_decoded(tmp_path: Path) -> None:
    folder = write_rhd(tmp_path)
    whole = load(tmp_path)
    kept = shuffled("rhd/train", N["training"])[:3]
    for i, number in enumerate(rhd_numbers("training")):
        if i not in kept:
            for of in ("color", "mask"):
                (folder / f"training/{of}/{number:05d}.png").write_bytes(b"torn")
    few = load(tmp_path, RhdOptions(n_train=3, n_test=2))
    np.testing.assert_array_equal(few.train.images, whole.train.images[:3])
    np.testing.assert_array_equal(few.train.modalities["pose"], whole.train.modalities["pose"][:3])
    assert len(few.test) == 2
    with pytest.raises(CorruptFileError, match=r"mask/.* is truncated, damaged or no image"):
        load_dataset(RhdOptions(), tmp_path)


def test_another_pickle_of_the_same_images_cuts_out_other_squares(tmp_path: Path) -> None:
    folder = write_rhd(tmp_path)
    before = load(tmp_path).train.images
    entries = pickle.loads((folder / PICKLE).read_bytes())
    for entry in entries.values():
        entry["uv_vis"][:, :2] += 10
    (folder / PICKLE).write_bytes(pickle.dumps(entries))
    assert (load(tmp_path).train.images != before).any(axis=(1, 2, 3)).all()


@both
def test_what_is_missing_is_named(ask: Ask, tmp_path: Path, monkeypatch: Any) -> None:
    remedy = "data_root=FOLDER.*anno_training.pickle.*'hands' needs no files"
    with pytest.raises(UserError, match=f"needs a folder with data.*{remedy}"):
        ask(RhdOptions(), None)
    with pytest.raises(UserError, match=f"no folder training .looked in .*{remedy}"):
        ask(RhdOptions(), tmp_path)
    folder = write_rhd(tmp_path)
    for of in ("mask", "color"):
        path = folder / f"training/{of}/00004.png"
        content = path.read_bytes()
        path.unlink()
        with pytest.raises(UserError, match=rf"missing in .*: {of}/00004\.png\..*{remedy}"):
            ask(RhdOptions(), tmp_path)
        path.write_bytes(b"")
        with pytest.raises(CorruptFileError, match=rf"{of}/00004\.png is empty"):
            ask(RhdOptions(), tmp_path)
        path.write_bytes(content)
    (folder / "evaluation/anno_evaluation.pickle").unlink()
    with pytest.raises(UserError, match=f"missing: .*anno_evaluation.pickle.*{remedy}"):
        ask(RhdOptions(), tmp_path)


def no_hand() -> np.ndarray:
    return np.zeros((42, 3))


WRONG: list[tuple[str, Any, str]] = [
    ("a list", [1, 2], "no dict by the images' numbers"),
    ("keys", {"a": {}}, "no dict by the images' numbers"),
    ("no entry", {0: 5}, "'xyz' of an image"),
    ("no xyz", {0: {"uv_vis": no_hand()}}, "'xyz' of an image: 'xyz'"),
    ("one hand", {0: {"xyz": np.zeros((21, 3)), "uv_vis": no_hand()}}, r"'xyz' is of \(21, 3\)"),
    ("ragged", {0: {"xyz": no_hand()}, 1: {"xyz": np.zeros((41, 3))}}, "'xyz' of an image"),
    ("no place", {0: {"xyz": no_hand(), "uv_vis": no_hand()[:, :2]}}, r"'uv_vis' is of \(42, 2\)"),
    ("NaN", {0: {"xyz": no_hand() + np.nan, "uv_vis": no_hand()}}, "'xyz' are finite"),
    ("words", {0: {"xyz": [["a"] * 3] * 42, "uv_vis": no_hand()}}, "'xyz' of an image"),
    ("nothing", {}, "has no train images"),
]


@both
@pytest.mark.parametrize(("content", "said"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_what_is_wrong_with_labels_is_said(
    ask: Ask, tmp_path: Path, content: Any, said: str
) -> None:
    folder = write_rhd(tmp_path)
    (folder / PICKLE).write_bytes(pickle.dumps(content))
    with pytest.raises(UserError, match=said):
        ask(RhdOptions(), tmp_path)


def test_joints_that_are_no_hand_are_refused(tmp_path: Path) -> None:
    folder = write_rhd(tmp_path)
    entries = pickle.loads((folder / PICKLE).read_bytes())
    entries[8]["xyz"][:] = 1
    (folder / PICKLE).write_bytes(pickle.dumps(entries))
    with pytest.raises(CorruptFileError, match=r"the joints of color/00008\.png \(and 0 more\)"):
        load_dataset(RhdOptions(), tmp_path)


def test_a_mask_in_colour_is_refused(tmp_path: Path) -> None:
    path = write_rhd(tmp_path) / "evaluation/mask/00004.png"
    Image.new("RGB", (320, 320)).save(path)
    with pytest.raises(CorruptFileError, match=f"{path} has 3 channels"):
        load_dataset(RhdOptions(), tmp_path)


@pytest.mark.data
def test_real_rhd() -> None:
    root = real_data("RHD_published_v2")
    check_available(RhdOptions(), root)
    dataset = load_dataset(RhdOptions(downscale=4, n_train=500, n_test=500), root)
    assert dataset.train.images.shape == (500, 3, 64, 64)
    assert 0.3 < dataset.test.factors["right"].mean() < 0.7
    assert 15 < np.median(dataset.test.factors["bone_mm"]) < 45
