from pathlib import Path

import numpy as np
import pytest

from harness.data.dataset import Dataset
from harness.datasets.norb.dataset import NorbOptions
from harness.datasets.norb.file_format import BYTES, INTEGERS, check_matrix, read_matrix
from harness.datasets.norb.files import FILES
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.asking import Ask, both, loaded
from tests.harness.datasets.helpers.identity_frame_files import (
    norb_images,
    norb_labels,
    write_matrix,
    write_norb,
)
from tests.helpers.real_data import real_data

REAL = NorbOptions(source="real")


def load(root: Path, options: NorbOptions = REAL) -> Dataset:
    return loaded(options, root)


def test_the_header_is_as_published(tmp_path: Path) -> None:
    cat = write_matrix(tmp_path / "cat", np.array([3, 1], np.int32)).read_bytes()
    # Magic number, one dimension, three sizes all the same, then the numbers; little-endian.
    assert cat.hex(" ", 4) == "544c3d1e 01000000 02000000 01000000 01000000 03000000 01000000"
    dat = np.zeros((2, 2, 96, 96), np.uint8)
    path = write_matrix(tmp_path / "dat", dat)
    assert path.read_bytes()[:24].hex(" ", 4) == (
        "554c3d1e 04000000 02000000 02000000 60000000 60000000"
    )
    assert check_matrix(path, BYTES, 4) == dat.shape
    np.testing.assert_array_equal(read_matrix(tmp_path / "cat", INTEGERS, 1), [3, 1])


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("cameras", ["left", "both"])
def test_every_image_is_the_one_its_factors_name(
    tmp_path: Path, zipped: bool, cameras: str
) -> None:
    write_norb(tmp_path / "norb", zipped=zipped)
    options = NorbOptions(source="real", cameras=cameras)  # type: ignore[arg-type]
    dataset = load(tmp_path, options)
    n_cameras = 2 if cameras == "both" else 1
    assert (dataset.name, dataset.source) == ("norb", "real")
    assert dataset.train.images.shape == (4 * 6 * n_cameras, 1, 96, 96)
    for split, instances in ((dataset.train, (4, 7)), (dataset.test, (0, 5))):
        cat, info = norb_labels(instances)
        pairs = norb_images(cat, info)
        known = split.factors
        assert set(zip(known["category"], known["instance"], strict=True)) == {
            (c, i) for c in (0, 3) for i in instances
        }
        np.testing.assert_array_equal(known["identity"], 10 * known["category"] + known["instance"])
        for k, image in enumerate(split.images):
            of = [known[name][k] for name in ("instance", "elevation", "azimuth", "lighting")]
            of[2] *= 2
            row = np.flatnonzero((cat == known["category"][k]) & (info == of).all(1))
            np.testing.assert_array_equal(image[0], pairs[row[0], known["camera"][k]])


def test_frames_are_numbered_as_those_of_the_drawn_toys(tmp_path: Path) -> None:
    write_norb(tmp_path)  # without a folder of its own
    known = load(tmp_path).test.factors
    place = 108 * known["elevation"] + 6 * known["azimuth"] + known["lighting"]
    np.testing.assert_array_equal(known["frame"], place)
    twice = load(tmp_path, NorbOptions(source="real", cameras="both"))
    known = twice.test.factors
    place = 108 * known["elevation"] + 6 * known["azimuth"] + known["lighting"]
    np.testing.assert_array_equal(known["frame"], 2 * place + known["camera"])
    assert "camera" in twice.known_pose


def test_smaller_images_and_limits(tmp_path: Path) -> None:
    write_norb(tmp_path / "norb")
    whole = load(tmp_path, NorbOptions(source="real", downscale=3))
    few = load(tmp_path, NorbOptions(source="real", downscale=3, n_train=5, n_test=7))
    assert (len(few.train), len(few.test)) == (5, 7)
    np.testing.assert_array_equal(few.test.images, whole.test.images[:7])
    assert whole.test.images.shape[2:] == (32, 32)


@both
def test_missing_files_are_named_with_the_remedy(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remedy = r"data_root=FOLDER.*source=procedural needs no files"
    with pytest.raises(UserError, match=f"needs a folder with data.*{remedy}"):
        ask(REAL, None)
    paths = write_norb(tmp_path / "norb")
    paths["test-info"].unlink()
    with pytest.raises(UserError, match=f"missing: {FILES['test']}info.mat .looked in.*{remedy}"):
        ask(REAL, tmp_path)


@both
@pytest.mark.parametrize("kind", ["dat", "cat", "info"])
def test_a_truncated_file_is_named_with_its_sizes(ask: Ask, tmp_path: Path, kind: str) -> None:
    path = write_norb(tmp_path / "norb")[f"test-{kind}"]
    header = {"dat": 24, "cat": 20, "info": 20}[kind]
    expected = path.stat().st_size - header
    for change, said in ((-5, "truncated"), (3, "too long")):
        content = path.read_bytes()
        path.write_bytes(content[:change] if change < 0 else content + b"x" * change)
        found = rf"{path} is {said}: .* {expected} bytes are expected, {expected + change} were"
        with pytest.raises(CorruptFileError, match=found):
            ask(REAL, tmp_path)
        path.write_bytes(content)
    for length in (0, 7, 15):
        path.write_bytes(content[:length])
        with pytest.raises(CorruptFileError, match=f"{path} is truncated.*header"):
            ask(REAL, tmp_path)


@both
def test_a_truncated_gzip_is_named_with_its_sizes(ask: Ask, tmp_path: Path) -> None:
    path = write_norb(tmp_path / "norb", zipped=True)["train-dat"]
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(CorruptFileError, match=r"truncated: .* 442368 bytes are expected"):
        ask(REAL, tmp_path)


@both
def test_files_of_another_kind_are_refused(ask: Ask, tmp_path: Path) -> None:
    paths = write_norb(tmp_path / "norb")
    paths["train-dat"].write_bytes(paths["train-cat"].read_bytes())
    with pytest.raises(CorruptFileError, match=r"of bytes .* but is one of whole numbers"):
        ask(REAL, tmp_path)
    write_matrix(paths["train-dat"], np.zeros((4, 96, 96), np.uint8))
    with pytest.raises(CorruptFileError, match="an array of 3 dimensions; 4 are expected"):
        ask(REAL, tmp_path)
    paths["train-dat"].write_bytes(b"MATLAB 5.0 MAT-file, Platform")
    with pytest.raises(CorruptFileError, match="should be a NORB file of bytes"):
        ask(REAL, tmp_path)


@both
def test_files_of_different_images_are_refused(ask: Ask, tmp_path: Path) -> None:
    paths = write_norb(tmp_path / "norb")
    cat, info = norb_labels((4, 7))
    write_matrix(paths["train-cat"], cat[:-1])
    with pytest.raises(CorruptFileError, match="are not of the same images"):
        ask(REAL, tmp_path)
    write_matrix(paths["train-cat"], cat)
    wrong = info.copy()
    wrong[5] = wrong[6]
    write_matrix(paths["train-info"], wrong)
    with pytest.raises(CorruptFileError, match=r"once in every frame.* missing and . repeated"):
        ask(REAL, tmp_path)
    wrong[5, 2] = 36
    write_matrix(paths["train-info"], wrong)
    with pytest.raises(
        CorruptFileError, match=r"info.mat: the entry of image 5 .from 0. is beyond"
    ):
        ask(REAL, tmp_path)


@both
def test_sets_without_pairs_or_swaps_are_refused(ask: Ask, tmp_path: Path) -> None:
    paths = write_norb(tmp_path / "norb")
    for kind in ("dat", "cat", "info"):
        (tmp_path / "copy").mkdir(exist_ok=True)
        paths[f"test-{kind}"].write_bytes(paths[f"train-{kind}"].read_bytes())
    with pytest.raises(CorruptFileError, match="share 4 toys"):
        ask(REAL, tmp_path)

    def replace(rows: np.ndarray) -> None:
        cat, info = norb_labels((0, 5))
        rows = np.flatnonzero(rows)
        write_matrix(paths["test-dat"], norb_images(cat, info)[rows])
        write_matrix(paths["test-cat"], cat[rows])
        write_matrix(paths["test-info"], info[rows])

    cat, info = norb_labels((0, 5))
    replace((cat == 3) & (info[:, 0] == 5))
    with pytest.raises(UserError, match=r"toys of the test files in .* at least 4 are needed"):
        ask(REAL, tmp_path)
    replace((info[:, 1:] == info[0, 1:]).all(1))
    with pytest.raises(UserError, match=r"toys of the test files in .* one frame only"):
        ask(REAL, tmp_path)


@pytest.mark.data
def test_real_small_norb() -> None:
    root = real_data("norb")
    dataset = load(root, NorbOptions(source="real", downscale=3))
    for split in (dataset.train, dataset.test):
        assert split.images.shape == (24_300, 1, 32, 32)
        assert np.bincount(split.factors["category"]).tolist() == [4860] * 5
        assert 100 < split.images.mean() < 220  # toys on a bright ground
