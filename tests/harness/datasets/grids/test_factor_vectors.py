import numpy as np
import pytest

from harness.datasets.grids.dsprites.dataset import DspritesOptions
from harness.datasets.grids.factor_vectors import factor_vectors
from harness.datasets.grids.shapes3d.dataset import Shapes3dOptions


def test_each_kind_of_factor_has_its_numbers() -> None:
    factors = {"shape": [0, 2, 1], "angle": [0, 1, 3], "size": [0, 2, 4], "one": [0, 0, 0]}
    found = factor_vectors(
        {name: np.array(values) for name, values in factors.items()},
        {"size": 5, "shape": 3, "angle": 4, "one": 1},
        categorical=("shape",),
        cyclic={"angle": 4},
    )
    assert found.dtype == np.float32
    np.testing.assert_allclose(
        found,
        [
            [-1, 1, 0, 0, 0, 1, 0],
            [0, 0, 0, 1, 1, 0, 0],
            [1, 0, 1, 0, -1, 0, 0],
        ],
        atol=1e-7,
    )


@pytest.mark.parametrize(
    ("options", "widths"),
    [(DspritesOptions(), (5, 3)), (Shapes3dOptions(), (2, 10))],
)
def test_grids_give_their_factors_as_vectors(
    options: DspritesOptions | Shapes3dOptions, widths: tuple[int, int]
) -> None:
    places = np.random.default_rng(0).integers(len(options.grid), size=50)
    factors = options.factors(places)
    _, modalities = options.labels_of("train", factors)
    for name, width in zip(options.modalities, widths, strict=True):
        assert modalities[name].shape == (50, width)
        assert np.abs(modalities[name]).max() <= 1
    vectors = np.concatenate(list(modalities.values()), axis=1)
    assert len(np.unique(vectors, axis=0)) == len(np.unique(places)), "nothing of them is lost"


def test_orientations_that_look_alike_have_the_same_vector() -> None:
    first, last = ({"orientation": np.array([value])} for value in (0, 39))
    one, other = (
        factor_vectors(each, {"orientation": 40}, cyclic=DspritesOptions.cyclic)
        for each in (first, last)
    )
    np.testing.assert_allclose(one, other, atol=1e-6)
