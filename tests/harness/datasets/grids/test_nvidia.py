from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.datasets.grids.nvidia import Falcor3dOptions, Isaac3dOptions, LabelledOptions
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.asking import Ask, both, loaded
from tests.harness.datasets.helpers.grid_files import (
    SmallFalcor3d,
    SmallIsaac3d,
    labels_of,
    pictures,
    write_nvidia,
)

each = pytest.mark.parametrize("options", [SmallFalcor3d, SmallIsaac3d], ids=lambda o: o.name)


@each
def test_the_labels_say_what_an_image_shows_and_not_its_number(
    options: type[LabelledOptions], tmp_path: Path
) -> None:
    write_nvidia(tmp_path, options)
    dataset = loaded(options(), tmp_path)
    places, _ = labels_of(options.grid)
    assert not np.array_equal(places, np.arange(len(places)))
    images = pictures(len(places), 128, 128, 3)
    for split in (dataset.train, dataset.test):
        shown = options.grid.index(split.factors)
        for place, image in zip(shown, split.images, strict=True):
            whole = Image.fromarray(images[np.flatnonzero(places == place)[0]])
            resized = whole.resize((64, 64), Image.Resampling.BICUBIC)
            np.testing.assert_array_equal(image.transpose(1, 2, 0), resized)


def test_a_dry_run_decodes_no_more_than_it_needs() -> None:
    assert Isaac3dOptions().smaller(256, 100).counts() == (256, 100)
    assert Falcor3dOptions(n_train=5).smaller(256, 100).counts() == (5, 100)


def test_the_published_factors() -> None:
    assert list(Falcor3dOptions.grid.sizes.values()) == [5, 6, 6, 6, 6, 6, 6]
    assert list(Isaac3dOptions.grid.sizes.values()) == [3, 8, 5, 4, 4, 4, 6, 4, 4]
    for options in (Falcor3dOptions, Isaac3dOptions):
        assert {*options.appearance_factors, *options.pose_factors} == set(options.grid.sizes)


@both
@each
def test_labels_of_other_sets_are_refused(
    ask: Ask, options: type[LabelledOptions], tmp_path: Path
) -> None:
    path, _ = write_nvidia(tmp_path, options)
    _, labels = labels_of(options.grid)

    def refused(array: np.ndarray, said: str) -> None:
        with path.open("wb") as file:
            np.save(file, array, allow_pickle=True)
        with pytest.raises(CorruptFileError, match=rf"{path}.*{said}"):
            ask(options(), tmp_path)

    refused(labels[:-1], r"the labels are \[15, ")
    refused(labels[:, 1:], r"the labels are \[16, ")
    refused(labels.astype(str), r"numbers \[16, ")
    refused(labels.astype(object), "no array of numpy's")  # a pickle, which nobody opens
    more = labels.copy()
    more[3, 0] = 0.7
    refused(more, f"the labels of '{next(iter(options.grid.sizes))}' have 3 values, not 2")
    twice = labels.copy()
    twice[3] = twice[4]
    refused(twice, "1 are missing and 1 are there again")


@both
def test_missing_files_are_named_with_their_place(ask: Ask, tmp_path: Path) -> None:
    where = (
        r"Falcor3D_down128/train-rec.labels .*FOLDER/falcor3d.*1XAQfFK1x6cpN1eiovbP0hVfLTm5SsSoJ"
    )
    with pytest.raises(UserError, match=where):
        ask(SmallFalcor3d(), tmp_path)
    _, image = write_nvidia(tmp_path, SmallFalcor3d)
    image.unlink()
    with pytest.raises(UserError, match=r"images: 000003.png\. Set the folder"):
        ask(SmallFalcor3d(), tmp_path)


def test_images_of_another_size_are_refused(tmp_path: Path) -> None:
    _, image = write_nvidia(tmp_path, SmallIsaac3d)
    Image.fromarray(pictures(1, 64, 64, 3)[0]).save(image)
    with pytest.raises(CorruptFileError, match=f"{image} is of 64x64 pixels; 128x128"):
        loaded(SmallIsaac3d(), tmp_path)
