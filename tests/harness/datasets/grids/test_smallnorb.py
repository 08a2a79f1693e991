from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.datasets.grids.smallnorb import SmallNorbOptions
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.asking import Ask, both, loaded
from tests.harness.datasets.helpers.grid_files import (
    SmallSmallNorb,
    smallnorb_rows,
    write_smallnorb,
)
from tests.harness.datasets.helpers.identity_frame_files import write_matrix


def test_it_is_disentanglement_libs_small_norb(tmp_path: Path) -> None:
    """Both splits joined, camera 0, azimuths halved, 64x64, the instance no factor."""
    write_smallnorb(tmp_path)
    dataset = loaded(SmallSmallNorb(), tmp_path)
    parts = [smallnorb_rows(instances) for instances in ((1,), (0,))]
    cat, info, pairs = (np.concatenate(of, axis=0) for of in zip(*parts, strict=True))
    features = np.stack([cat, info[:, 1], info[:, 2] // 2, info[:, 3]], axis=1).tolist()
    left = [
        np.asarray(Image.fromarray(pair[0]).resize((64, 64), Image.Resampling.LANCZOS))
        for pair in pairs
    ]
    used = set()
    for split in (dataset.train, dataset.test):
        assert list(split.factors) == ["category", "elevation", "azimuth", "lighting"]
        for k, image in enumerate(split.images):
            shown = [int(values[k]) for values in split.factors.values()]
            rows = [row for row, known in enumerate(features) if known == shown]
            assert len(rows) == 2, "two instances"
            used |= {row for row in rows if np.array_equal(left[row], image[0])}
    assert used == set(range(len(cat)))


def test_the_published_set_has_ten_images_of_each_combination() -> None:
    options = SmallNorbOptions()
    sizes = options.grid.sizes
    assert sizes == {"category": 5, "instance": 10, "elevation": 9, "azimuth": 18, "lighting": 6}
    factors = options.factors(np.arange(len(options.grid)))
    codes = np.ravel_multi_index(tuple(factors.values()), (5, 9, 18, 6))
    assert set(np.bincount(codes)) == {10}


@both
def test_an_image_that_is_missing_is_noticed(ask: Ask, tmp_path: Path) -> None:
    paths = write_smallnorb(tmp_path)
    cat, info, dat = smallnorb_rows((1,))
    keep = ~(info[:, 1:] == info[0, 1:]).all(1)  # one view of every toy
    for path, array in zip(
        paths, (dat[keep], cat[keep], info[keep].astype(np.int32)), strict=False
    ):
        write_matrix(path, array)
    with pytest.raises(CorruptFileError, match=r"combinations .*2 are missing and 0 are there"):
        ask(SmallSmallNorb(), tmp_path)


@both
def test_it_reads_the_files_of_norb(ask: Ask, tmp_path: Path) -> None:
    remedy = r"FOLDER/norb the files smallnorb-5x46789x.*ylclab/data/norb-v1.0-small"
    with pytest.raises(UserError, match=remedy):
        ask(SmallSmallNorb(), tmp_path)
