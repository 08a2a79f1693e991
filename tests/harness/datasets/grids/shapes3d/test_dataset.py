from pathlib import Path

import numpy as np
import pytest

from harness.data.dataset import Dataset
from harness.datasets.grids.shapes3d.dataset import FILES, Shapes3dOptions
from harness.datasets.grids.shapes3d.drawn import draw
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.asking import Ask, both, loaded
from tests.harness.datasets.helpers.grid_files import (
    SmallShapes3d,
    shapes3d_images,
    write_npz,
    write_shapes3d,
)

REAL = SmallShapes3d(source="real")


def require_shown(dataset: Dataset) -> None:
    """Fail unless every image is the one that its factors name."""
    images = shapes3d_images()
    for split in (dataset.train, dataset.test):
        places = SmallShapes3d.grid.index(split.factors)
        np.testing.assert_array_equal(split.images, images[places].transpose(0, 3, 1, 2))


def test_every_image_is_the_one_its_factors_name(tmp_path: Path) -> None:
    write_shapes3d(tmp_path)
    dataset = loaded(REAL, tmp_path)
    assert len(dataset.train) + len(dataset.test) == 48
    require_shown(dataset)


def test_factors_go_by_name_and_not_by_position() -> None:
    """Elsewhere they stand in alphabetical order, and orientation is said to have 10 values."""
    sizes = Shapes3dOptions.grid.sizes
    assert list(sizes) == ["floor_hue", "wall_hue", "object_hue", "scale", "shape", "orientation"]
    assert (sizes["wall_hue"], sizes["orientation"], sizes["scale"], sizes["shape"]) == (
        10,
        15,
        8,
        4,
    )
    factors = Shapes3dOptions.grid.factors(np.array([14, 15, 4 * 15]))
    assert [factors[name].tolist() for name in ("orientation", "shape", "scale")] == [
        [14, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
    ]


@pytest.mark.parametrize("name", FILES[1:])
def test_an_npz_file_of_it_is_read_too(tmp_path: Path, name: str) -> None:
    images = shapes3d_images()
    by_factor = images.reshape(*SmallShapes3d.grid.sizes.values(), 64, 64, 3)
    for array in (images, by_factor):
        write_npz(tmp_path / name, images=array, labels=np.zeros((48, 6)))
        require_shown(loaded(REAL, tmp_path))


@both
def test_the_published_file_is_named_where_it_is_missing(ask: Ask, tmp_path: Path) -> None:
    where = r"missing: 3dshapes.h5 .*https://storage.googleapis.com/3d-shapes/3dshapes.h5"
    with pytest.raises(UserError, match=where):
        ask(REAL, tmp_path)


@both
def test_the_file_of_a_smaller_set_is_refused(ask: Ask, tmp_path: Path) -> None:
    write_shapes3d(tmp_path)
    with pytest.raises(CorruptFileError, match=r"holds 48 images, but this set has 480,000: floor"):
        ask(Shapes3dOptions(source="real"), tmp_path)


def test_drawn_images_show_their_factors_and_are_split_as_the_files_are(tmp_path: Path) -> None:
    write_shapes3d(tmp_path)
    real, drawn = loaded(REAL, tmp_path), loaded(SmallShapes3d(), None)
    assert (real.source, drawn.source) == ("real", "procedural")
    for ours, theirs in ((drawn.train, real.train), (drawn.test, real.test)):
        np.testing.assert_array_equal(ours.images, draw(ours.factors))
        for name, values in ours.factors.items():
            np.testing.assert_array_equal(values, theirs.factors[name])
