"""ShoeV2's folders: which sketch belongs to which photograph, and what is said of faulty lists."""

from pathlib import Path

import numpy as np
import pytest

from harness.data.dataset import Dataset
from harness.datasets.registry import load_dataset
from harness.datasets.shoes.dataset import ShoesOptions
from harness.datasets.shoes.shoev2 import decode_strokes, find_pairs
from harness.datasets.shoes.targets import unpaired_of
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.shoe_files import write_shoes, write_sketch

REAL = ShoesOptions("real")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path / "cache"))


def middles(maps: np.ndarray) -> list[int]:
    """The column of the line that each sketch is of, in pixels of the files."""
    return [4 * int(np.median(np.argwhere(one[0] == 0)[:, 1])) for one in maps]


def loaded(root: Path, options: ShoesOptions = REAL) -> Dataset:
    options.check(root)
    return load_dataset(options, root)


def test_sketches_are_paired_with_the_photograph_whose_id_begins_their_names(
    tmp_path: Path,
) -> None:
    write_shoes(tmp_path)
    dataset = loaded(tmp_path)
    train = dataset.train
    names = ["2001_1", "2001_2", "2001_3", "2002_1", "a-3_1", "a-3_2"]
    assert train.names is not None
    assert train.names.tolist() == names
    assert train.factors["photograph"].tolist() == [0, 0, 0, 1, 2, 2]
    assert len(np.unique(train.images.reshape(6, -1), axis=0)) == 3
    np.testing.assert_allclose(middles(train.modalities["sketch"]), 20 + 10 * np.arange(6), atol=4)
    assert len(dataset.test) == 4
    assert dataset.notes == ()


def test_sketches_without_photographs_are_the_unpaired_ones(tmp_path: Path) -> None:
    write_shoes(tmp_path, alone=8)
    train = loaded(tmp_path).train
    assert len(train) == 6
    assert (train.modalities["labelled"] == 1).all()
    assert min(middles(train.modalities["unpaired_sketch"])) > 20 + 10 * 5


def test_those_of_photographs_that_are_left_out_are_unpaired_too(tmp_path: Path) -> None:
    write_shoes(tmp_path)
    for seed in range(20):
        try:
            of = loaded(tmp_path, ShoesOptions("real", label_fraction=0.5, seed=seed)).train
        except UserError:  # of three photographs none may be left
            continue
        labelled = of.modalities["labelled"].astype(bool)
        if labelled.all():
            continue
        given = {one.tobytes() for one in of.modalities["sketch"][labelled]}
        assert not given & {one.tobytes() for one in of.modalities["unpaired_sketch"]}
        return
    pytest.fail("no seed labels some of the photographs")


def test_unpaired_ones_are_drawn_from_all_there_are() -> None:
    labelled = np.arange(40) % 2 == 0
    drawn = unpaired_of(labelled, 5, 3000, "a key")
    assert set(drawn) == {*np.flatnonzero(~labelled), *range(40, 45)}
    assert set(unpaired_of(np.ones(4, bool), 0, 300, "a key")) == set(range(4))
    np.testing.assert_array_equal(unpaired_of(labelled, 5, 70, "a key"), drawn[:70])


@pytest.mark.parametrize("named", ["{}", "{}\r", "  {} ", "{}\n\n"])
def test_lists_may_leave_out_the_ending(tmp_path: Path, named: str) -> None:
    folder = write_shoes(tmp_path)
    for path in folder.glob("*.txt"):
        lines = path.read_text().replace(".png", "").splitlines()
        path.write_text("\n".join(named.format(line) for line in lines))
    assert len(find_pairs(tmp_path)["train"].sketches) == 6


def test_what_is_left_out_is_noted(tmp_path: Path) -> None:
    folder = write_shoes(tmp_path)
    (folder / "photo_test.txt").write_text("2004.png\n")
    (folder / "sketch_train.txt").write_text("2001_1.png\na-3_1.png\n")
    dataset = loaded(tmp_path)
    assert (len(dataset.train), len(dataset.test)) == (2, 2)
    assert dataset.notes == (
        "1 train photographs have no sketch and are left out.",
        "2 test sketches have no photograph and are left out.",
    )


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("sketch_train.txt", "2001_1.png\n../2001_2.png\n", "line 2: '../2001_2.png' is not of"),
        ("sketch_train.txt", "2001.png\n", "line 1: '2001.png' is not of the form ID_NUMBER.png"),
        ("photo_train.txt", "2001.jpg\n", "line 1: '2001.jpg' is not of the form ID.png"),
        ("photo_train.txt", "2001.png\n2001\n", "line 2: '2001' is listed twice"),
    ],
)
def test_a_line_that_cannot_be_is_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    folder = write_shoes(tmp_path)
    (folder / name).write_text(text)
    with pytest.raises(CorruptFileError) as raised:
        loaded(tmp_path)
    assert f"{folder / name}, {said}" in str(raised.value)


def test_lists_of_no_pair_are_told_apart_from_missing_ones(tmp_path: Path) -> None:
    folder = write_shoes(tmp_path)
    (folder / "sketch_test.txt").write_text("77_1.png\n")
    with pytest.raises(UserError, match="no sketch belongs to a photograph"):
        loaded(tmp_path)
    (folder / "sketch_test.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CorruptFileError, match="is no text"):
        loaded(tmp_path)
    (folder / "sketch_test.txt").unlink()
    with pytest.raises(UserError, match="lacks sketch_test"):
        loaded(tmp_path)


@pytest.mark.parametrize("width", [1, 2, 5])
def test_thin_strokes_are_not_lost(tmp_path: Path, width: int) -> None:
    write_sketch(tmp_path / "one.png", 100, width)
    strokes = decode_strokes(tmp_path / "one.png", 64)[..., 0]
    assert strokes.shape == (64, 64)
    columns = np.flatnonzero(strokes[30])
    assert 1 <= len(columns) <= 2
    assert abs(columns.mean() - 25) <= 1
    assert (strokes[8:54] != 0).any(1).all()
