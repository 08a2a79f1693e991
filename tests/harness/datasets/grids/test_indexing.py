"""The arithmetic of grids, against an enumeration of all combinations."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from harness.datasets.grids.cars3d import Cars3dOptions
from harness.datasets.grids.dsprites.dataset import DspritesOptions
from harness.datasets.grids.indexing import Grid, require_each_once
from harness.datasets.grids.mpi3d import (
    Mpi3dComplexOptions,
    Mpi3dRealisticOptions,
    Mpi3dRealOptions,
    Mpi3dToyOptions,
)
from harness.datasets.grids.nvidia import Falcor3dOptions, Isaac3dOptions
from harness.datasets.grids.options import GridOptions
from harness.datasets.grids.shapes3d.dataset import Shapes3dOptions
from harness.datasets.grids.smallnorb import SmallNorbOptions
from harness.errors import CorruptFileError

SMALL = Grid(a=3, b=1, c=4, d=2)

PUBLISHED: dict[type[GridOptions], int] = {
    Cars3dOptions: 17_568,
    DspritesOptions: 737_280,
    Falcor3dOptions: 233_280,
    Isaac3dOptions: 737_280,
    Mpi3dComplexOptions: 460_800,
    Mpi3dRealOptions: 1_036_800,
    Mpi3dRealisticOptions: 1_036_800,
    Mpi3dToyOptions: 1_036_800,
    Shapes3dOptions: 480_000,
    SmallNorbOptions: 2 * 24_300,
}


def test_factors_and_places_are_those_of_an_enumeration() -> None:
    combinations = list(itertools.product(range(3), range(1), range(4), range(2)))
    assert len(SMALL) == len(combinations) == 24
    factors = SMALL.factors(np.arange(24))
    assert list(factors) == ["a", "b", "c", "d"]
    assert list(zip(*(values.tolist() for values in factors.values()), strict=True)) == combinations
    assert {values.dtype for values in factors.values()} == {np.dtype(np.int64)}
    for place, (a, b, c, d) in enumerate(combinations):
        named = {"d": np.array([d]), "b": np.array([b]), "c": np.array([c]), "a": np.array([a])}
        assert SMALL.index(named).tolist() == [place], "keyed by name, in any order"


@pytest.mark.parametrize("options", PUBLISHED, ids=lambda options: options.name)
def test_every_published_grid_has_the_published_number_of_images(
    options: type[GridOptions],
) -> None:
    grid = options.grid
    assert len(grid) == PUBLISHED[options]
    places = np.random.default_rng(0).integers(0, len(grid), 1000)
    factors = grid.factors(places)
    np.testing.assert_array_equal(grid.index(factors), places)
    ends = grid.factors(np.array([0, 1, len(grid) - 1]))
    fastest = list(grid.sizes)[-1]
    for name, size in grid.sizes.items():
        assert ends[name].tolist() == [0, int(name == fastest), size - 1]


def test_values_beyond_the_grid_are_refused() -> None:
    good = {name: np.array([0]) for name in SMALL.sizes}
    for name, size in SMALL.sizes.items():
        for value in (-1, size):
            with pytest.raises(ValueError, match="invalid entry"):
                SMALL.index({**good, name: np.array([value])})


def test_a_set_with_gaps_is_refused() -> None:
    places = np.random.default_rng(0).permutation(24)
    require_each_once(Path("labels"), places, SMALL)
    places[3], places[4] = places[5], places[5]
    with pytest.raises(
        CorruptFileError, match=r"labels: each of 24 .*2 are missing and 2 are there"
    ):
        require_each_once(Path("labels"), places, SMALL)
    with pytest.raises(CorruptFileError, match="1 are missing and 0 are there again"):
        require_each_once(Path("labels"), np.arange(23), SMALL)
