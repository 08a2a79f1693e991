import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.data.dataset import Dataset
from harness.data.files import photographs
from harness.datasets.celeba import images as celeba_images
from harness.datasets.celeba.dataset import (
    ATTRIBUTES,
    FOLDER,
    LANDMARKS,
    PARTITION,
    POINTS,
    CelebaOptions,
)
from harness.datasets.celeba.images import CROP, cropped
from harness.datasets.faces.dataset import FacesOptions
from harness.datasets.registry import check_available, load_dataset
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.asking import Ask, both, loaded
from tests.harness.datasets.helpers.celeba_files import (
    NAMES,
    PARTS,
    N,
    attributes,
    file_names,
    landmarks,
    photograph,
    write_celeba,
    write_table,
)
from tests.helpers.real_data import real_data

TRAIN, TEST = (np.flatnonzero(np.array(PARTS) == part) for part in (0, 2))


def load(root: Path, options: CelebaOptions | None = None) -> Dataset:
    return loaded(options or CelebaOptions(), root)


def test_images_and_factors_of_each_part(tmp_path: Path) -> None:
    write_celeba(tmp_path)
    dataset = load(tmp_path)
    assert (dataset.name, dataset.source, dataset.warp) == ("celeba", "real", None)
    assert dataset.appearance_factors == tuple(name.lower() for name in NAMES)
    for split, rows in ((dataset.train, TRAIN), (dataset.test, TEST)):
        assert split.images.shape == (len(rows), 3, 128, 128)
        assert split.images.dtype == np.uint8
        assert isinstance(split.images.base, np.memmap)
        assert list(split.factors) == [*dataset.appearance_factors, *POINTS]
        for name, column in zip(NAMES, attributes()[rows].T, strict=True):
            known = split.factors[name.lower()]
            assert known.dtype == np.int64
            np.testing.assert_array_equal(known, column == 1)


@pytest.mark.parametrize("downscale", [1, 2, 4])
def test_the_central_square_is_resized(tmp_path: Path, downscale: int) -> None:
    write_celeba(tmp_path)
    images = load(tmp_path, CelebaOptions(downscale=downscale)).test.images  # type: ignore[arg-type]
    size = 128 // downscale
    # A linear ramp stays one: pixel i is at (i + 1/2) / size of the square, which starts at 0, 20.
    at = (np.arange(size) + 0.5) / size * 178 - 0.5
    inner = slice(2, -2)  # at the border fewer pixels are averaged
    for image, i in zip(images, TEST, strict=True):
        red, green = 40 + 0.5 * at + 4 * (i % 9), 220 - 0.6 * (at + 20)
        # One grey level of rounding in the file, one of JPEG, one of Pillow.
        assert np.abs(image[0, :, inner] - red[inner]).max() <= 3
        assert np.abs(image[1, inner] - green[inner, None]).max() <= 3
        assert np.abs(image[2] - 20.0 * (i % 12)).max() <= 3


def test_resized_pixels_are_means(tmp_path: Path) -> None:
    stripes = np.zeros((218, 178, 3), np.uint8)
    stripes[:, ::2] = 255
    path = write_celeba(tmp_path) / FOLDER / file_names()[TEST[0]]
    Image.fromarray(stripes).save(path, quality=95, subsampling=0)
    image = load(tmp_path, CelebaOptions(downscale=4)).test.images[0]
    # 5.6 pixels become one: the light and the dark among them weigh within 1 / 5.6^2 the same.
    assert np.abs(image - 127.5).max() <= 255 / 5.6**2


@pytest.mark.parametrize("size", [128, 32])
def test_landmarks_point_at_what_they_pointed_at(size: int) -> None:
    """A bright spot at a point of the file has its centre of mass at the point in the crop."""
    spot = np.zeros((218, 178), np.float32)
    x, y = 61, 117
    spot[y, x] = 1
    image = Image.fromarray(spot)
    small = np.asarray(image.resize((size, size), Image.Resampling.BILINEAR, CROP))
    rows, columns = np.mgrid[:size, :size]
    centre = [float((weight * small).sum() / small.sum()) for weight in (columns, rows)]
    # The weights of a resized pixel are not quite symmetric about a point between two of them.
    np.testing.assert_allclose(centre, cropped(np.array([[x, y]]), size)[0], atol=0.15)


def test_landmarks_are_factors_in_pixels_of_the_image(tmp_path: Path) -> None:
    write_celeba(tmp_path)
    factors = load(tmp_path, CelebaOptions(downscale=2)).test.factors
    expected = (landmarks()[TEST] + 0.5 - np.tile([0, 20], 5)) * 64 / 178 - 0.5
    for name, column in zip(POINTS, expected.T, strict=True):
        assert factors[name].dtype == np.float32
        np.testing.assert_allclose(factors[name], column, rtol=1e-6)  # float32


def test_landmarks_are_named_as_those_of_faces() -> None:
    assert set(POINTS) < set(load_dataset(FacesOptions(n_train=2, n_test=2), None).test.factors)


def test_without_the_optional_files(tmp_path: Path) -> None:
    write_celeba(tmp_path, with_landmarks=False, with_partition=False)
    dataset = load(tmp_path)
    assert (len(dataset.train), len(dataset.test)) == (N - N // 10, N // 10)  # the last tenth
    assert set(dataset.test.factors) == set(dataset.appearance_factors)
    np.testing.assert_array_equal(dataset.test.factors["male"], attributes()[-1:, 1] == 1)


def test_limits_take_the_first_and_decode_no_others(tmp_path: Path) -> None:
    folder = write_celeba(tmp_path)
    whole = load(tmp_path)
    for row in (*TRAIN[3:], *TEST[2:]):
        (folder / FOLDER / file_names()[row]).write_bytes(b"torn")
    part = load(tmp_path, CelebaOptions(n_train=3, n_test=2))
    for few, all_of_them in ((part.train, whole.train), (part.test, whole.test)):
        np.testing.assert_array_equal(few.images, all_of_them.images[: len(few)])
        np.testing.assert_array_equal(few.factors["male"], all_of_them.factors["male"][: len(few)])
    assert (len(part.train), len(part.test)) == (3, 2)


def test_images_are_decoded_once_and_again_when_a_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_celeba(tmp_path)
    first = load(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(celeba_images, "_decode", None)
        np.testing.assert_array_equal(load(tmp_path).train.images, first.train.images)
    changed = folder / FOLDER / file_names()[TRAIN[0]]
    Image.fromarray(255 - photograph(0)).save(changed)
    os.utime(changed, (0, 0))
    again = load(tmp_path).train.images
    assert np.abs(again[0] - 255.0 + first.train.images[0]).max() <= 12  # two JPEGs, one at 75
    np.testing.assert_array_equal(again[1:], first.train.images[1:])


def test_more_images_than_are_decoded_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_celeba(tmp_path)
    whole = load(tmp_path).train.images
    monkeypatch.setattr(photographs, "_CHUNK", 3)
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path / "another"))
    np.testing.assert_array_equal(load(tmp_path).train.images, whole)


@both
def test_missing_files_are_named_with_the_remedy(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remedy = "data_root=FOLDER.*img_align_celeba.*'faces' needs no files"
    with pytest.raises(UserError, match=f"needs a folder with data.*{remedy}"):
        ask(CelebaOptions(), None)
    folder = write_celeba(tmp_path)
    (folder / FOLDER).rename(folder / "elsewhere")
    with pytest.raises(UserError, match=f"there is no folder {folder / FOLDER}.*{remedy}"):
        ask(CelebaOptions(), tmp_path)
    (folder / ATTRIBUTES).unlink()
    with pytest.raises(UserError, match=f"missing: {ATTRIBUTES} .looked in.*{remedy}"):
        ask(CelebaOptions(), tmp_path)


@both
def test_listed_images_that_are_absent_are_named(ask: Ask, tmp_path: Path) -> None:
    folder = write_celeba(tmp_path)
    for row in TEST:
        (folder / FOLDER / file_names()[row]).unlink()
    with pytest.raises(UserError, match=r"missing in .*: 000005.jpg, 000008.jpg, 000011.jpg\."):
        ask(CelebaOptions(), tmp_path)
    for row in TRAIN:
        (folder / FOLDER / file_names()[row]).unlink()
    with pytest.raises(UserError, match=r"000001.jpg, .* and \d more\. Unpack"):
        ask(CelebaOptions(), tmp_path)


Damage = Callable[[list[str]], list[str]]
WRONG: list[tuple[str, str, Damage]] = [
    (ATTRIBUTES, "first line should be the number", lambda lines: lines[1:]),
    (ATTRIBUTES, "first line should be the number of images but is ''", lambda lines: []),
    (ATTRIBUTES, "should list 13 images.* lists 12", lambda lines: ["13", *lines[1:]]),
    (ATTRIBUTES, "should list 12 images.* lists 9", lambda lines: lines[:-3]),
    (ATTRIBUTES, "lists no images", lambda lines: ["0", lines[1]]),
    (
        ATTRIBUTES,
        "name 40 columns but names 39",
        lambda lines: [lines[0], lines[1][:-8], *lines[2:]],
    ),
    (ATTRIBUTES, "second line should name 40", lambda lines: [lines[0], *lines[2:]]),
    (ATTRIBUTES, "not 40 whole numbers", lambda lines: [*lines[:-1], lines[-1][:-3]]),
    (
        ATTRIBUTES,
        "000012.jpg holds other numbers",
        lambda lines: [*lines[:-1], lines[-1][:-2] + "0"],
    ),
    (
        LANDMARKS,
        "should name the columns lefteye_x.* but names lefteye_y, lefteye_x",
        lambda lines: [
            lines[0],
            lines[1].replace("lefteye_x lefteye_y", "lefteye_y lefteye_x"),
            *lines[2:],
        ],
    ),
    (LANDMARKS, "not 10 whole numbers", lambda lines: [*lines[:-1], lines[-1][:-1] + "x"]),
    (LANDMARKS, "11 images, not the 12 of", lambda lines: ["11", *lines[1:-1]]),
    (
        PARTITION,
        "000012.jpg holds other numbers than 0, 1, 2",
        lambda lines: [*lines[:-1], "000012.jpg 3"],
    ),
    (PARTITION, "000001.jpg in the place of 000012.jpg", lambda lines: [*lines[:-1], lines[0]]),
    (PARTITION, "1 numbers are expected, 2 were", lambda lines: [f"{line} 0" for line in lines]),
    (PARTITION, "lists no images", lambda lines: []),
]


@both
@pytest.mark.parametrize(("name", "said", "damage"), WRONG, ids=[said for _, said, _ in WRONG])
def test_what_is_wrong_with_a_table_is_said(
    ask: Ask, tmp_path: Path, name: str, said: str, damage: Damage
) -> None:
    path = write_celeba(tmp_path) / name
    path.write_text("\n".join(damage(path.read_text().splitlines())) + "\n")
    with pytest.raises(CorruptFileError, match=said) as caught:
        ask(CelebaOptions(), tmp_path)
    assert str(path) in str(caught.value)


@both
def test_a_split_without_images_is_refused(ask: Ask, tmp_path: Path) -> None:
    folder = write_celeba(tmp_path)
    write_table(folder / PARTITION, (), np.zeros(N, np.int64))
    with pytest.raises(UserError, match=f"none is for the test split.*{PARTITION}"):
        ask(CelebaOptions(), tmp_path)


@both
def test_an_empty_image_is_found_at_once(ask: Ask, tmp_path: Path) -> None:
    path = write_celeba(tmp_path) / FOLDER / file_names()[TRAIN[1]]
    path.write_bytes(b"")
    with pytest.raises(CorruptFileError, match=f"{path} is empty"):
        ask(CelebaOptions(), tmp_path)


def test_images_of_another_size_are_refused(tmp_path: Path) -> None:
    path = write_celeba(tmp_path) / FOLDER / file_names()[TRAIN[1]]
    Image.fromarray(photograph(0)[:178]).save(path)
    with pytest.raises(CorruptFileError, match=f"{path} is of 178x178 pixels.*178x218"):
        load_dataset(CelebaOptions(), tmp_path)


def test_grey_photographs_have_three_channels(tmp_path: Path) -> None:
    path = write_celeba(tmp_path) / FOLDER / file_names()[TRAIN[0]]
    Image.fromarray(photograph(0)[:, :, 0]).save(path)
    first = load(tmp_path).train.images[0]
    assert (first[0] == first[1]).all()
    assert first.std() > 10


@pytest.mark.data
def test_real_celeba() -> None:
    root = real_data("celeba")
    check_available(CelebaOptions(), root)
    dataset = load_dataset(CelebaOptions(downscale=4, n_train=500, n_test=500), root)
    assert dataset.train.images.shape == (500, 3, 32, 32)
    assert {"male", "young", "smiling", "eyeglasses"} < set(dataset.appearance_factors)
    assert 0.3 < dataset.test.factors["male"].mean() < 0.5  # 41.7 % of all
