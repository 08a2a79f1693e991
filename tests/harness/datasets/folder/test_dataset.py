"""Images in folders of image files: labels, tables, sizes, splits and mistakes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from harness.data.dataset import Dataset
from harness.datasets.folder.dataset import FolderOptions
from harness.datasets.registry import check_available, load_dataset
from harness.errors import UserError
from tests.harness.datasets.helpers.own_files import IDENTITY, IMAGES, WORDS, write_pictures

N = 12
FIRST = IMAGES[:N].transpose(0, 3, 1, 2)


def load(folder: Path, **options: Any) -> Dataset:
    return load_dataset(FolderOptions(str(folder), **options), None)


def rows_of(dataset: Dataset) -> list[int]:
    """Return which of the written images each is, training first."""
    pixels = [image.tobytes() for image in FIRST]
    return [
        pixels.index(image.tobytes())
        for split in (dataset.train, dataset.test)
        for image in split.images
    ]


def test_subfolders_are_labels(tmp_path: Path) -> None:
    paths = write_pictures(tmp_path, N)
    dataset = load(tmp_path)
    rows = rows_of(dataset)
    assert sorted(rows) == list(range(N))
    names = [*dataset.train.names, *dataset.test.names]
    assert names == [paths[row].relative_to(tmp_path).as_posix() for row in rows]
    labels = np.concatenate([dataset.train.factors["label"], dataset.test.factors["label"]])
    assert [["cat", "dog", "eel"][label] for label in labels] == WORDS[rows].tolist()
    assert dataset.appearance_factors == ("label",)
    assert dataset.notes == (
        "12 image files, all 12 x 8 pixels, 0 grey; they are read as 12 x 8 pixels (dataset.size, "
        "dataset.fit=crop) of 3 channels (dataset.channels)",
        "11 training and 1 test images, split at random, 0.1 of them for the test",
        "factors: label",
        "label: 0 cat, 1 dog, 2 eel",
    )


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_table_names_files_and_says_more(tmp_path: Path, ending: str) -> None:
    paths = write_pictures(tmp_path / "mine", N)
    names = [f"./{path.relative_to(tmp_path / 'mine')}" for path in paths[:9]]
    columns = {
        "photo": names,
        "who": [f"p{identity}" for identity in IDENTITY[:9]],
        "age": [1.5 * row for row in range(9)],
        "caption": [f"caption {row}" for row in range(9)],
        "split": ["test" if row % 3 == 0 else "train" for row in range(9)],
    }
    table = tmp_path / f"table.{ending}"
    if ending == "csv":
        lines = [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
        table.write_text("\n".join([",".join(columns), *lines]))
    else:
        pq.write_table(pa.table(columns), table)
    options = {"table": str(table), "file": "photo", "identity_factor": "who"}
    dataset = load(tmp_path / "mine", **options)
    rows = rows_of(dataset)
    assert sorted(rows[6:]) == [0, 3, 6]
    assert set(dataset.train.factors) == {"who", "age"}
    np.testing.assert_allclose(dataset.test.factors["age"], 1.5 * np.array(rows[6:]))
    assert dataset.identity_factor == "who"
    assert dataset.train.factors["who"].tolist() == IDENTITY[rows[:6]].tolist()
    assert "different for every image and no factors: caption" in dataset.notes
    assert "3 image files are not in the table and left out" in dataset.notes


def test_folders_of_the_words_train_and_test_are_the_splits(tmp_path: Path) -> None:
    for part in ("train", "test", "val"):
        write_pictures(tmp_path / part, 8)
    dataset = load(tmp_path)
    assert [len(dataset.train), len(dataset.test)] == [8, 8]
    assert sorted(dataset.train.factors["label"]) == sorted(dataset.test.factors["label"])
    apart = load(tmp_path / "train", test_path=str(tmp_path / "test"))
    assert [len(apart.train), len(apart.test)] == [8, 8]
    assert apart.train.factors.keys() == {"label"}


def test_images_beside_train_and_test_are_refused(tmp_path: Path) -> None:
    """They would be split at random together with those of the test."""
    for part in ("train", "test", "other"):
        write_pictures(tmp_path / part, 8)
    with pytest.raises(UserError, match=r"beside them: other\. Move these"):
        load(tmp_path)


def write_mixed(folder: Path) -> None:
    """Write images of several modes and sizes, of which none is 64 x 64."""
    folder.mkdir()
    for i, (mode, size) in enumerate(
        [("L", (20, 30)), ("RGB", (90, 40)), ("RGBA", (70, 70)), ("P", (5, 9)), ("1", (64, 63))]
    ):
        pixels = np.random.default_rng(i).integers(0, 256, (*size, 3), np.uint8)
        Image.fromarray(pixels).convert(mode).save(folder / f"{i}.png")


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        ({}, (3, 64, 64)),
        ({"size": 16}, (3, 16, 16)),
        ({"size": (8, 20), "fit": "pad", "channels": 1}, (1, 8, 20)),
        ({"size": (20, 8), "fit": "stretch"}, (3, 20, 8)),
    ],
)
def test_images_of_any_size_get_one(
    tmp_path: Path, options: dict[str, Any], shape: tuple[int, int, int]
) -> None:
    write_mixed(tmp_path / "mixed")
    dataset = load(tmp_path / "mixed", **options)
    assert dataset.train.images.shape == (4, *shape)
    assert "5 sizes from 5 x 9 to 90 x 40 pixels, 2 grey" in dataset.notes[0]
    assert all(len(np.unique(image)) > 1 for image in dataset.train.images)


def test_grey_images_stay_grey_and_large_ones_become_64(tmp_path: Path) -> None:
    for i in range(4):
        Image.new("L", (300, 20), 50 * i).save(tmp_path / f"{i}.png")
    assert load(tmp_path).train.images.shape == (3, 1, 64, 64)


Make = Callable[[Path], dict[str, Any]]


def text(to: Path, content: str) -> dict[str, Any]:
    to.with_suffix(".csv").write_text(content)
    return {"table": str(to.with_suffix(".csv"))}


DAMAGE: dict[str, tuple[Make, str]] = {
    "no folder": (lambda to: {"path": str(to / "no")}, "there is no .*/no "),
    "a file": (lambda to: {"path": str(to / "cat/000.png")}, "is no folder; .*dataset=arrays"),
    "no images": (lambda to: {"path": str(empty(to))}, "holds no image files: .*.png, .jpg"),
    "no table": (lambda to: {"table": "no.csv"}, "dataset.table=no.csv: there is no no.csv"),
    "absent": (
        lambda to: text(to, "file,a\ncat/000.png,1\nx.png,2\n"),
        "names 1 files that are not in .*: x.png. Add them, or take out their rows",
    ),
    "twice": (
        lambda to: text(to, "file,a\ncat/000.png,1\n./cat/000.png,2\n"),
        "names 1 files twice: cat/000.png. Keep one row of each",
    ),
    "which column": (lambda to: text(to, "photo,a\nx,1\n"), "Name it by dataset.file=COLUMN"),
    "column": (
        lambda to: {**text(to, "photo,a\nx,1\n"), "file": "foto"},
        "dataset.file=foto: .* Did you mean 'photo'",
    ),
    "unreadable": (lambda to: text(to, "file,a\nx,1,2\n"), "cannot be read as a table"),
    "no rows": (lambda to: text(to, "file,a\n"), "has no rows"),
    "file alone": (lambda to: {"file": "photo"}, "is a column of dataset.table: give both"),
    "two splits": (
        lambda to: {**text(to, "file\n"), "test_path": str(to)},
        "leave out dataset.test_path",
    ),
    "same": (lambda to: {"test_path": str(to)}, "the test would be no test"),
    "few": (lambda to: text(to, "file\ncat/000.png\n"), "has 1 training images: it takes at least"),
    "damaged": (lambda to: cut(to / "cat/000.png", 20), "1 image files are damaged.*\n.*000.png"),
    "whose": (lambda to: {"split_by": "identities"}, "not known whose images"),
    "planned": (lambda to: {"content": "0123"}, "content=0123 was planned"),
}


def empty(to: Path) -> Path:
    (to / "empty").mkdir()
    return to / "empty"


def cut(path: Path, size: int) -> dict[str, Any]:
    path.write_bytes(path.read_bytes()[:size])
    return {}


@pytest.mark.parametrize("damage", DAMAGE)
def test_every_mistake_is_named_with_a_remedy(tmp_path: Path, damage: str) -> None:
    make, said = DAMAGE[damage]
    write_pictures(tmp_path / "mine", 8)
    options = FolderOptions(**{"path": str(tmp_path / "mine"), **make(tmp_path / "mine")})
    for ask in (check_available, load_dataset):
        with pytest.raises(UserError, match=said):
            ask(options, None)


def test_a_truncated_file_is_found_when_it_is_decoded(tmp_path: Path) -> None:
    path = write_pictures(tmp_path, 8)[3]
    cut(path, path.stat().st_size - 60)
    check_available(FolderOptions(str(tmp_path)), None)
    with pytest.raises(UserError, match=f"1 image files are damaged.*\n.*{path}"):
        load(tmp_path)


def test_what_the_table_does_not_name_is_no_part_of_the_content(tmp_path: Path) -> None:
    paths = write_pictures(tmp_path / "mine", 8)
    (tmp_path / "t.csv").write_text("file\ncat/000.png\ndog/001.png\ncat/002.png\n")
    options = FolderOptions(str(tmp_path / "mine"), table=str(tmp_path / "t.csv"))
    first = options.planned(None).content
    paths[7].unlink()
    assert options.planned(None).content == first
    (tmp_path / "mine" / "cat" / "002.png").write_bytes(paths[0].read_bytes())
    assert options.planned(None).content != first
    one = FolderOptions(str(tmp_path / "mine")).planned(None)
    (tmp_path / "mine").rename(tmp_path / "elsewhere")
    assert FolderOptions(str(tmp_path / "elsewhere")).planned(None).content == one.content
