import os
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from harness.data.dataset import Dataset
from harness.datasets.registry import load_dataset
from harness.datasets.sprites.dataset import SpritesOptions
from harness.datasets.sprites.reed import character_files
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.asking import Ask, both, loaded
from tests.harness.datasets.helpers.identity_frame_files import LENGTHS, reed_frames, write_reed

REAL = SpritesOptions(source="real")
N_FRAMES = sum(LENGTHS)


def load(root: Path, options: SpritesOptions = REAL) -> Dataset:
    return loaded(options, root)


def test_every_image_is_the_one_its_factors_name(tmp_path: Path) -> None:
    write_reed(tmp_path / "sprites")
    dataset = load(tmp_path)
    assert (dataset.name, dataset.source) == ("sprites", "real")
    assert len(dataset.train) + len(dataset.test) == 8 * N_FRAMES
    assert (dataset.known_identity, dataset.known_frame) == ("identity", "frame")
    for split in (dataset.train, dataset.test):
        assert split.images.shape[1:] == (3, 64, 64)
        factors = split.factors
        for image, who, frame in zip(
            split.images, factors["identity"], factors["frame"], strict=True
        ):
            # The middle pixels of the interpolated ramps tell rows from columns.
            assert abs(int(image[0, 40, 10]) - 4 * (40.5 * 60 / 64 - 0.5)) <= 1
            assert abs(int(image[1, 40, 10]) - 4 * (10.5 * 60 / 64 - 0.5)) <= 1
            assert image[2, 30, 30] == reed_frames(who)[frame, 2, 0, 0]
        animation, phase = factors["action"] * 4 + factors["direction"], factors["phase"]
        starts = np.cumsum([0, *LENGTHS[:-1]])
        np.testing.assert_array_equal(starts[animation] + phase, factors["frame"])
        assert (phase < np.array(LENGTHS)[animation]).all()


def test_one_of_two_twins_or_both(tmp_path: Path) -> None:
    write_reed(tmp_path / "sprites")
    for weapons, numbers in (("one", range(0, 16, 2)), ("both", range(16))):
        dataset = load(tmp_path, SpritesOptions(source="real", weapons=weapons))  # type: ignore[arg-type]
        who = [set(split.factors["identity"]) for split in (dataset.train, dataset.test)]
        assert who[0] | who[1] == set(numbers)
        assert not {n // 2 for n in who[0]} & {n // 2 for n in who[1]}
        assert len(who[1]) == len(numbers) // 4


def test_files_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("sprites_10.mat", "sprites_9.mat", "sprites_splits.mat", "sprites_1.mat"):
        (tmp_path / name).touch()
    assert [path.name for path in character_files(tmp_path)] == [
        "sprites_1.mat",
        "sprites_9.mat",
        "sprites_10.mat",
    ]


def test_the_file_of_splits_says_who_is_for_training(tmp_path: Path) -> None:
    folder = write_reed(tmp_path / "sprites")
    savemat(folder / "sprites_splits.mat", {"trainidx": np.array([[1, 2, 5, 6, 11]])})
    dataset = load(tmp_path)
    assert set(dataset.train.factors["identity"]) == {0, 4, 10}
    assert set(dataset.test.factors["identity"]) == {2, 6, 8, 12, 14}


@both
def test_a_useless_file_of_splits_is_refused(ask: Ask, tmp_path: Path) -> None:
    folder = write_reed(tmp_path / "sprites")
    savemat(folder / "sprites_splits.mat", {"trainidx": np.arange(1, 15)})
    with pytest.raises(UserError, match=r"leaves 1 of the 8 characters .* for the test split"):
        ask(REAL, tmp_path)
    savemat(folder / "sprites_splits.mat", {"testidx": np.arange(3)})
    with pytest.raises(CorruptFileError, match=r"no array 'trainidx' .* Or take the file away"):
        ask(REAL, tmp_path)
    savemat(folder / "sprites_splits.mat", {"trainidx": np.arange(1, 15)}, do_compression=False)
    damaged = bytearray((folder / "sprites_splits.mat").read_bytes())
    damaged[184] = 255  # the type of the numbers: SciPy's reader ends the process
    (folder / "sprites_splits.mat").write_bytes(damaged)
    with pytest.raises(CorruptFileError, match=r"damaged .* Or take the file away"):
        ask(REAL, tmp_path)
    (folder / "sprites_splits.mat").write_bytes(b"torn")
    with pytest.raises(CorruptFileError, match=r"no MATLAB file .* Or take the file away"):
        ask(REAL, tmp_path)


@both
def test_one_character_or_characters_of_too_few_frames_are_refused(
    ask: Ask, tmp_path: Path
) -> None:
    write_reed(tmp_path / "one" / "sprites", characters=1)
    with pytest.raises(UserError, match=r"sprites_<n>.mat.* 1 found, at least 4 are needed"):
        ask(REAL, tmp_path / "one")
    write_reed(tmp_path / "still" / "sprites", lengths=(1,), fall=1)
    with pytest.raises(CorruptFileError, match="holds 2 animations; 20 are expected"):
        ask(REAL, tmp_path / "still")


@both
def test_a_character_in_other_frames_is_named(ask: Ask, tmp_path: Path) -> None:
    folder = write_reed(tmp_path / "sprites")
    write_reed(tmp_path / "other", characters=3, lengths=(2, *LENGTHS[1:]))
    (tmp_path / "other" / "sprites_3.mat").replace(folder / "sprites_3.mat")
    said = rf"sprites_3.mat shows {N_FRAMES + 1} frames.*sprites_1.mat {N_FRAMES}, "
    with pytest.raises(CorruptFileError, match=said):
        ask(REAL, tmp_path)


def test_values_out_of_range_are_found_before_training(tmp_path: Path) -> None:
    folder = write_reed(tmp_path / "sprites")
    import h5py

    for wrong in (1.5, np.nan):
        with h5py.File(folder / "sprites_1.mat", "r+") as file:
            file["#refs#/7"][0, 5] = wrong
        with pytest.raises(CorruptFileError, match=r"sprites_1.mat has values outside \[0, 1\]"):
            load_dataset(REAL, tmp_path)


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    folder = write_reed(tmp_path / "sprites")
    first = load(tmp_path).train.images
    for number in (1, 3):
        path = folder / f"sprites_{number}.mat"
        write_reed(tmp_path / "new", characters=2)
        (tmp_path / "new" / "sprites_2.mat").replace(path)
        os.utime(path, (number, number))
    assert (load(tmp_path).train.images != first).any()


@both
def test_without_h5py_the_command_that_installs_it_is_named(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sprites").mkdir()
    for number in range(1, 9):
        (tmp_path / "sprites" / f"sprites_{number}.mat").write_bytes(b"\x89HDF\r\n\x1a\n")
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(UserError, match=r"MATLAB 7.3.* pip install h5py"):
        ask(REAL, tmp_path)
