import hashlib
from pathlib import Path

import numpy as np
import pytest

from harness.datasets.mnist.dataset import TEST_FILES, TRAIN_FILES, MnistOptions
from harness.datasets.registry import check_available, load_dataset
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.asking import Ask, both
from tests.harness.datasets.helpers.idx_files import idx_bytes, write, write_mnist
from tests.helpers.real_data import real_data

PLAIN = MnistOptions(warp="none")


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("folder", ["mnist", "."])
def test_files_are_found_and_read(tmp_path: Path, zipped: bool, folder: str) -> None:
    arrays = write_mnist(tmp_path / folder, zipped=zipped)
    check_available(PLAIN, tmp_path)
    dataset = load_dataset(PLAIN, tmp_path)
    assert (dataset.name, dataset.source, dataset.warp) == ("mnist", "real", None)
    for split, names in ((dataset.train, TRAIN_FILES), (dataset.test, TEST_FILES)):
        np.testing.assert_array_equal(split.images[:, 0], arrays[names[0]])
        np.testing.assert_array_equal(split.factors["label"], arrays[names[1]])
        assert split.factors["label"].dtype == np.int64


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_mnist(tmp_path)
    monkeypatch.setenv("UNBRAID_DATA", str(tmp_path))
    assert len(load_dataset(PLAIN, None).train) == 30
    with pytest.raises(UserError, match="missing"):
        load_dataset(PLAIN, tmp_path / "elsewhere")  # an explicit folder wins


@both
def test_without_a_folder_the_remedy_is_told(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"data_root=FOLDER.*UNBRAID_DATA.*'digits' and 'glyphs'"):
        ask(PLAIN, None)


@both
def test_each_missing_file_is_named(ask: Ask, tmp_path: Path) -> None:
    write_mnist(tmp_path)
    (tmp_path / TRAIN_FILES[1]).unlink()
    (tmp_path / TEST_FILES[0]).unlink()
    with pytest.raises(UserError) as caught:
        ask(PLAIN, tmp_path)
    message = str(caught.value)
    assert f"missing: {TRAIN_FILES[1]}, {TEST_FILES[0]} (" in message
    assert f"looked in {tmp_path / 'mnist'} and {tmp_path}" in message
    assert "https://" in message


@both
def test_labels_of_another_set_are_refused(ask: Ask, tmp_path: Path) -> None:
    write_mnist(tmp_path)
    write(tmp_path / TRAIN_FILES[1], idx_bytes(np.zeros(29, np.uint8)), zipped=False)
    with pytest.raises(CorruptFileError, match=r"holds 30 images but .* holds 29 labels"):
        ask(PLAIN, tmp_path)


@pytest.mark.data
def test_real_mnist() -> None:
    root = real_data("mnist")
    check_available(PLAIN, root)
    dataset = load_dataset(PLAIN, root)
    assert dataset.train.images.shape == (60_000, 1, 28, 28)
    assert dataset.test.images.shape == (10_000, 1, 28, 28)
    # The published files: mean and deviation of the training pixels, the first labels, the
    # number of images of each class.
    assert dataset.train.images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert dataset.train.images.std() / 255 == pytest.approx(0.3081, abs=5e-5)
    assert dataset.train.factors["label"][:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert np.bincount(dataset.test.factors["label"]).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009
    ]  # fmt: skip
    assert hashlib.md5(idx_bytes(dataset.train.images[:, 0])).hexdigest() == (
        "6bbc9ace898e44ae57da46a324031adb"  # of the unzipped train-images-idx3-ubyte
    )
