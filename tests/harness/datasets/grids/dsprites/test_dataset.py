import os
from pathlib import Path

import numpy as np
import pytest

from harness.datasets.grids.dsprites.dataset import FILES, DspritesOptions
from harness.datasets.grids.dsprites.drawn import draw
from harness.datasets.registry import load_dataset
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.asking import Ask, both, loaded
from tests.harness.datasets.helpers.grid_files import (
    SmallDsprites,
    dsprites_images,
    write_dsprites,
    write_dsprites_hdf5,
    write_npz,
)

REAL = SmallDsprites(source="real")


@pytest.mark.parametrize("write", [write_dsprites, write_dsprites_hdf5])
def test_every_image_is_the_one_its_factors_name(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    write(tmp_path)
    dataset = loaded(REAL, tmp_path)
    assert (len(dataset.train), len(dataset.test)) == (44, 4)
    for split in (dataset.train, dataset.test):
        places = SmallDsprites.grid.index(split.factors)
        np.testing.assert_array_equal(split.images[:, 0], 255 * dsprites_images()[places])


def test_drawn_images_show_their_factors_and_are_split_as_the_files_are(tmp_path: Path) -> None:
    write_dsprites(tmp_path)
    real, drawn = loaded(REAL, tmp_path), loaded(SmallDsprites(), None)
    assert (real.source, drawn.source) == ("real", "procedural")
    for ours, theirs in ((drawn.train, real.train), (drawn.test, real.test)):
        np.testing.assert_array_equal(ours.images, draw(ours.factors))
        for name, values in ours.factors.items():
            np.testing.assert_array_equal(values, theirs.factors[name])


class Explosive:
    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (os.environ["UNBRAID_TEST_PROOF"],)


def test_the_pickle_in_the_published_file_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = tmp_path / "unpickled"
    monkeypatch.setenv("UNBRAID_TEST_PROOF", str(proof))
    metadata = np.array(Explosive(), object)
    path = write_npz(tmp_path / FILES[0], metadata=metadata, imgs=dsprites_images())
    loaded(REAL, tmp_path)
    assert not proof.exists()
    with np.load(path, allow_pickle=True) as arrays:
        arrays["metadata"]
    assert proof.exists(), "the test itself is sharp"


@both
def test_a_file_of_fewer_images_is_refused(ask: Ask, tmp_path: Path) -> None:
    write_dsprites(tmp_path)
    said = "holds 48 images, but this set has 737,280: shape 3 x scale 6 x orientation 40"
    with pytest.raises(CorruptFileError, match=said):
        ask(DspritesOptions(source="real"), tmp_path)


def test_images_of_other_values_than_0_and_1_are_refused(tmp_path: Path) -> None:
    path = write_npz(tmp_path / FILES[0], imgs=255 * dsprites_images())
    with pytest.raises(CorruptFileError, match=f"{path}: the images should be of 0 and 1.* 255"):
        load_dataset(REAL, tmp_path)


@both
def test_the_remedy_names_what_needs_no_files(ask: Ask, tmp_path: Path) -> None:
    remedy = rf"missing: {FILES[0]} .*google-deepmind/dsprites-dataset.*source=procedural needs no"
    with pytest.raises(UserError, match=remedy):
        ask(REAL, tmp_path)


def test_a_dry_run_draws_no_more_than_it_needs() -> None:
    few = DspritesOptions().smaller(256, 100)
    assert (few.n_train, few.n_test) == (256, 100)
    assert DspritesOptions(n_train=7, n_test=5).smaller(256, 100).counts() == (7, 5)
    real = DspritesOptions(source="real")
    assert real.smaller(256, 100) == real, "the whole file is read for any number"
    assert real.n_training(None) == DspritesOptions().n_training(None) == 663_552


@pytest.mark.parametrize("source", ["real", "procedural"])
@pytest.mark.parametrize("background", ["plain", "noise"])
def test_at_half_the_size_a_pixel_is_the_mean_of_four(
    source: str, background: str, tmp_path: Path
) -> None:
    write_dsprites(tmp_path)
    options = {"source": source, "background": background}
    whole = loaded(SmallDsprites(**options), tmp_path)  # type: ignore[arg-type]
    halved = loaded(SmallDsprites(**options, downscale=2), tmp_path)  # type: ignore[arg-type]
    assert halved.spec.image_shape[1:] == (32, 32)
    means = np.stack([whole.test.images[..., i::2, j::2] for i in (0, 1) for j in (0, 1)]).mean(0)
    assert np.abs(halved.test.images - means).max() <= 0.5
    np.testing.assert_array_equal(halved.test.factors["shape"], whole.test.factors["shape"])
