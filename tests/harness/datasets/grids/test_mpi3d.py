import re
from pathlib import Path

import numpy as np
import pytest

from harness.datasets.grids.mpi3d import Mpi3dComplexOptions, Mpi3dOptions
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.asking import Ask, both, loaded
from tests.harness.datasets.helpers.grid_files import (
    SmallMpi3dComplex,
    SmallMpi3dReal,
    SmallMpi3dRealistic,
    SmallMpi3dToy,
    mpi3d_images,
    write_mpi3d,
    write_npz,
)

SETS = [SmallMpi3dToy, SmallMpi3dRealistic, SmallMpi3dReal, SmallMpi3dComplex]
each = pytest.mark.parametrize("options", SETS, ids=lambda options: options.name)


@each
def test_every_image_is_the_one_its_factors_name(
    options: type[Mpi3dOptions], tmp_path: Path
) -> None:
    write_mpi3d(tmp_path, options)
    dataset = loaded(options(), tmp_path)
    images = mpi3d_images(options.grid)
    assert len(dataset.train) + len(dataset.test) == len(options.grid)
    for split in (dataset.train, dataset.test):
        places = options.grid.index(split.factors)
        np.testing.assert_array_equal(split.images, images[places].transpose(0, 3, 1, 2))


def test_only_the_complex_set_has_four_colours_and_four_shapes() -> None:
    sizes = {options.name: options.__base__.grid.sizes for options in SETS}  # type: ignore[union-attr]
    of_object = {name: (of["object_color"], of["object_shape"]) for name, of in sizes.items()}
    assert of_object.pop("mpi3d_complex") == (4, 4)
    assert set(of_object.values()) == {(6, 6)}
    assert list(sizes["mpi3d_real"].values()) == [6, 6, 2, 3, 3, 40, 40]


@both
def test_a_file_of_more_images_than_the_factors_number_is_refused(ask: Ask, tmp_path: Path) -> None:
    """As the complex set's sizes number fewer than the real set has: 460,800 of 1,036,800."""
    real = mpi3d_images(SmallMpi3dReal.grid)
    write_npz(tmp_path / "mpi3d_complex.npz", images=real)
    with pytest.raises(CorruptFileError, match=r"holds 48 images, but this set has 32: object_col"):
        ask(SmallMpi3dComplex(), tmp_path)
    write_npz(tmp_path / "mpi3d_real.npz", images=real[:32])
    with pytest.raises(CorruptFileError, match="holds 32 images, but this set has 48"):
        ask(SmallMpi3dReal(), tmp_path)


@each
@both
def test_where_each_file_is_had_is_named(
    ask: Ask, options: type[Mpi3dOptions], tmp_path: Path
) -> None:
    with pytest.raises(
        UserError, match=rf"missing: {options.files[0]} .*mpi3d.*{re.escape(options.url)}"
    ):
        ask(options(), tmp_path)


def test_the_complex_set_is_found_by_both_of_its_names(tmp_path: Path) -> None:
    images = mpi3d_images(SmallMpi3dComplex.grid)
    assert "google" in Mpi3dComplexOptions.url
    for name in SmallMpi3dComplex.files:
        path = write_npz(tmp_path / name, images=images)
        assert len(loaded(SmallMpi3dComplex(), tmp_path).test) == 3
        path.unlink()
