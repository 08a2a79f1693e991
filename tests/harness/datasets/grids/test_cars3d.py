from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from harness.datasets.grids.cars3d import Cars3dOptions
from harness.datasets.registry import load_dataset
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.asking import Ask, both, loaded
from tests.harness.datasets.helpers.grid_files import SmallCars3d, cars3d_images, write_cars3d


def test_every_image_is_the_one_its_factors_name(tmp_path: Path) -> None:
    write_cars3d(tmp_path)
    dataset = loaded(SmallCars3d(), tmp_path)
    assert (len(dataset.train), len(dataset.test)) == (22, 2)
    for split in (dataset.train, dataset.test):
        known = split.factors
        np.testing.assert_array_equal(known["frame"], 3 * known["elevation"] + known["azimuth"])
        for k, image in enumerate(split.images):
            view = cars3d_images(known["object_type"][k])[
                ..., known["azimuth"][k], known["elevation"][k]
            ]
            picture = Image.fromarray(np.ascontiguousarray(view))
            picture.thumbnail((64, 64), Image.Resampling.LANCZOS)  # as disentanglement_lib does
            np.testing.assert_array_equal(image.transpose(1, 2, 0), picture)


def test_elevation_is_the_slowest_factor_and_the_car_the_fastest() -> None:
    factors = Cars3dOptions.grid.factors(np.array([1, 183, 24 * 183]))
    assert [factors[name].tolist() for name in ("object_type", "azimuth", "elevation")] == [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
    ]


def test_the_folder_of_reeds_archive_is_found_too(tmp_path: Path) -> None:
    write_cars3d(tmp_path)
    (tmp_path / "cars3d").rename(tmp_path / "cars")
    assert loaded(SmallCars3d(), tmp_path).source == "real"


@both
def test_missing_cars_are_counted(ask: Ask, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"missing: car_\*_mesh.mat .looked in.*nips2015-analogy"):
        ask(SmallCars3d(), tmp_path)
    write_cars3d(tmp_path)[1].unlink()
    with pytest.raises(UserError, match=r"holds 3 files car_\*_mesh.mat; there should be 4"):
        ask(SmallCars3d(), tmp_path)


def test_files_of_other_images_are_refused(tmp_path: Path) -> None:
    path = write_cars3d(tmp_path)[2]
    images = cars3d_images(2)
    for array in (images[..., :2, :], images.astype(np.float64), images[:64]):
        savemat(path, {"im": array})
        with pytest.raises(CorruptFileError, match=rf"{path}: the array 'im' is \["):
            load_dataset(SmallCars3d(), tmp_path)
    savemat(path, {"mesh": images})
    with pytest.raises(CorruptFileError, match=f"{path} holds no array 'im'"):
        load_dataset(SmallCars3d(), tmp_path)


@both
def test_an_empty_file_is_named(ask: Ask, tmp_path: Path) -> None:
    path = write_cars3d(tmp_path)[0]
    path.write_bytes(b"")
    with pytest.raises(CorruptFileError, match=f"{path} is empty"):
        ask(SmallCars3d(), tmp_path)
