import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.data.dataset import Dataset
from harness.datasets.bodies import ANGLES
from harness.datasets.bodies import SHAPE_FACTORS as SHAPES
from harness.datasets.registry import check_available, load_dataset
from harness.datasets.smpl.dataset import SmplOptions
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.asking import Ask, both, loaded
from tests.harness.datasets.helpers.smpl_files import N_TEST, N_TRAIN, labels, pixels, write_smpl


def load(root: Path, downscale: Any = 1) -> Dataset:
    return loaded(SmplOptions(downscale=downscale), root)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("channel", [(), (1,)])
def test_bytes_are_kept_as_they_are(tmp_path: Path, save: object, channel: tuple[int, ...]) -> None:
    write_smpl(tmp_path, lambda n: {"data": pixels(n).reshape(n, *channel, 400, 200)}, save)
    dataset = load(tmp_path)
    assert (dataset.name, dataset.source, dataset.warp) == ("smpl", "real", None)
    for split, n in ((dataset.train, N_TRAIN), (dataset.test, N_TEST)):
        np.testing.assert_array_equal(split.images[:, 0], pixels(n))
        np.testing.assert_array_equal(split.factors["label"], np.arange(n) % 2)
        assert split.factors["label"].dtype == np.int64
        assert isinstance(split.images.base, np.memmap)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_unit_range_becomes_bytes(tmp_path: Path, dtype: type) -> None:
    write_smpl(tmp_path, lambda n: {"data": (pixels(n) / 255).astype(dtype)})
    # Half precision has 11 bits: a byte more than 128 is off by less than 255 * 2^-12 = 0.06.
    np.testing.assert_array_equal(load(tmp_path).train.images[:, 0], pixels(N_TRAIN))


@pytest.mark.parametrize("downscale", [2, 4])
def test_downscaled_images_are_means_of_squares(tmp_path: Path, downscale: int) -> None:
    write_smpl(tmp_path)
    images = load(tmp_path, downscale).test.images
    assert images.shape == (N_TEST, 1, 400 // downscale, 200 // downscale)
    i, j = 31, 17
    for image, full in zip(images, pixels(N_TEST), strict=True):
        square = full[i * downscale : (i + 1) * downscale, j * downscale : (j + 1) * downscale]
        assert abs(int(image[0, i, j]) - square.mean()) <= 0.5 + 1e-4  # rounding alone


def test_images_of_the_released_code_s_other_size_are_resampled(tmp_path: Path) -> None:
    def ramp(n: int) -> dict[str, np.ndarray]:
        down = np.linspace(0, 1, 428, dtype=np.float32)
        return {"data": np.broadcast_to(down[:, None], (n, 428, 214)).copy()}

    write_smpl(tmp_path, ramp)
    images = load(tmp_path).train.images
    assert images.shape == (N_TRAIN, 1, 400, 200)
    # Pixel i lies at (i + 1/2) / 400 of the height; the ramp's first pixel at (1/2) / 428.
    expected = 255 * ((np.arange(400) + 0.5) / 400 * 428 - 0.5) / 427
    inner = slice(2, -2)  # at the border fewer pixels are averaged
    assert np.abs(images[:, 0, inner] - expected[inner, None]).max() <= 1


def test_resampled_pixels_are_means(tmp_path: Path) -> None:
    stripes = np.zeros((800, 400), np.uint8)
    stripes[::2] = 255
    write_smpl(tmp_path, lambda n: {"data": np.broadcast_to(stripes, (n, 800, 400)).copy()})
    inner = load(tmp_path).test.images[:, :, 2:-2]  # at the border fewer pixels are averaged
    assert np.abs(inner - 127.5).max() <= 1


@pytest.mark.parametrize(("columns", "names"), [
    (10, SHAPES), (11, (*SHAPES, "pose")), (15, (*SHAPES, "pose", *ANGLES)),
])  # fmt: skip
def test_columns_of_the_labels_become_factors(
    tmp_path: Path, columns: int, names: tuple[str, ...]
) -> None:
    write_smpl(tmp_path, lambda n: {"labels": labels(n)[:, :columns]})
    dataset = load(tmp_path)
    assert tuple(dataset.test.factors) == names
    for name, column in zip(names, labels(N_TEST).T, strict=False):
        known = dataset.test.factors[name]
        assert known.dtype == (np.int64 if name == "pose" else np.float32)
        np.testing.assert_allclose(known, column, rtol=1e-6)  # float32
    assert dataset.known_pose == SHAPES, "as on VITAE's poster"
    assert dataset.known_appearance == tuple(name for name in names if name not in SHAPES)


WRONG: list[tuple[str, Callable[[int], dict[str, np.ndarray]]]] = [
    (r"shape \(5, 200, 400\).*twice as high", lambda n: {"data": pixels(n, 200, 400)}),
    (r"shape \(5, 3, 400, 200\).*twice as high", lambda n: {"data": pixels(n, 3, 400, 200)}),
    (r"shape \(5, 80000\).*twice as high", lambda n: {"data": pixels(n, 80_000)}),
    ("is of int64; uint8 or a floating", lambda n: {"data": pixels(n).astype(np.int64)}),
    ("not of the same images", lambda n: {"labels": np.arange(n - 1)}),
    ("has 12 columns", lambda n: {"labels": np.zeros((n, 12))}),
    ("'label' are not all whole", lambda n: {"labels": np.full(n, 0.5)}),
    ("'shape_9' are not all finite", lambda n: {"labels": np.full((n, 10), [0] * 9 + [np.nan])}),
    ("is of Python objects", lambda n: {"labels": np.array(["a", None] * n)[:n]}),
    ("is in Fortran's order", lambda n: {"data": np.asfortranarray(pixels(n))}),
    ("is empty", lambda n: {"data": pixels(0), "labels": np.arange(0)}),
]


@both
@pytest.mark.parametrize(("said", "make"), WRONG, ids=[said for said, _ in WRONG])
def test_what_the_arrays_cannot_be_is_said(
    ask: Ask, tmp_path: Path, said: str, make: Callable[[int], dict[str, np.ndarray]]
) -> None:
    path = write_smpl(tmp_path, make)
    with pytest.raises(CorruptFileError, match=said) as caught:
        ask(SmplOptions(), tmp_path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("largest", [1.01, 255.0, np.nan])
def test_floating_values_out_of_range_are_refused(tmp_path: Path, largest: float) -> None:
    def make(n: int) -> dict[str, np.ndarray]:
        data = np.zeros((n, 400, 200), np.float32)
        data[-1, -1, -1] = largest
        return {"data": data}

    path = write_smpl(tmp_path, make)
    with pytest.raises(CorruptFileError, match=rf"{path}.*outside \[0, 1\]"):
        load_dataset(SmplOptions(), tmp_path)


@both
def test_missing_files_are_named_with_the_remedy(ask: Ask, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"data_root=FOLDER.*'bodies' needs no files"):
        ask(SmplOptions(), None)
    write_smpl(tmp_path).unlink()
    with pytest.raises(UserError, match=r"missing: training.npz \(looked in .*FOLDER/smpl"):
        ask(SmplOptions(), tmp_path)


@both
def test_an_array_shorter_than_its_header_says_is_truncated(ask: Ask, tmp_path: Path) -> None:
    path = write_smpl(tmp_path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content[:-1])
    with pytest.raises(CorruptFileError, match=f"{path} is truncated: its array 'data'"):
        ask(SmplOptions(), tmp_path)


@both
def test_an_array_of_another_name_is_told(ask: Ask, tmp_path: Path) -> None:
    path = write_smpl(tmp_path)
    np.savez(path, images=pixels(2), labels=np.arange(2))
    with pytest.raises(CorruptFileError, match="no array 'data'; it holds images, labels"):
        ask(SmplOptions(), tmp_path)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_wrong_checksum_is_found_before_training(tmp_path: Path, save: object) -> None:
    path = write_smpl(tmp_path, lambda n: {"data": np.full((n, 400, 200), 7, np.uint8)}, save)
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 16] ^= 1  # the CRC-32 in the archive's directory
    path.write_bytes(content)
    with pytest.raises(CorruptFileError, match=f"{path} is truncated, damaged.*CRC"):
        load_dataset(SmplOptions(), tmp_path)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_flipped_bit_is_found_before_training(tmp_path: Path, save: object) -> None:
    path = write_smpl(tmp_path, None, save)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    check_available(SmplOptions(), tmp_path)  # which does not read the pixels
    with pytest.raises(CorruptFileError, match=f"{path} is truncated, damaged"):
        load_dataset(SmplOptions(), tmp_path)


def test_another_file_in_the_same_place_is_read_anew(tmp_path: Path) -> None:
    write_smpl(tmp_path)
    load(tmp_path)
    write_smpl(tmp_path, lambda n: {"data": 255 - pixels(n)})
    np.testing.assert_array_equal(load(tmp_path).train.images[:, 0], 255 - pixels(N_TRAIN))
