from pathlib import Path

import numpy as np
import pytest

from harness.config.sweep import resolve
from harness.data.dataset import Dataset
from harness.datasets.people.dataset import PeopleOptions
from harness.datasets.people.listings import FOLDERS, MARKET
from harness.datasets.registry import check_available, load_dataset
from harness.errors import CorruptFileError, UserError
from harness.planning import describe_sweep
from tests.harness.datasets.helpers.asking import Ask, both, loaded
from tests.harness.datasets.helpers.people_files import MARKET as NAMES
from tests.harness.datasets.helpers.people_files import write_lists, write_market
from tests.helpers.real_data import real_data

REAL = PeopleOptions(source="real")
SHOP = {
    "train.csv": ["id_01,img/a1.jpg", "id_01,img/a2.jpg", "id_02,img/b1.jpg"],
    "test.csv": ["id_10,img/d1.jpg", "id_03,img/c1.jpg", "id_03,img/c2.jpg"],
}


def load(root: Path, options: PeopleOptions = REAL) -> Dataset:
    return loaded(options, root)


@pytest.mark.parametrize("folder", ["people", MARKET, "."])
def test_markets_folders(tmp_path: Path, folder: str) -> None:
    write_market(tmp_path, folder)
    dataset = load(tmp_path)
    assert (dataset.name, dataset.source) == ("people", "real")
    assert (dataset.known_identity, dataset.known_camera) == ("identity", "camera")
    assert (dataset.known_frame, dataset.known_keypoints) == ("", ())
    assert dataset.train.images.shape == (4, 3, 128, 64)
    np.testing.assert_array_equal(dataset.train.factors["identity"], [0, 0, 1, 1])
    np.testing.assert_array_equal(dataset.train.factors["camera"], [1, 2, 3, 3])
    assert "query" not in dataset.train.factors


def test_junk_is_left_out_and_each_distractor_is_somebody_else(tmp_path: Path) -> None:
    write_market(tmp_path)
    test = load(tmp_path).test
    # Two persons with a query and two images each, then two distractors; one image is junk.
    np.testing.assert_array_equal(test.factors["identity"][:6], [0, 0, 0, 1, 1, 1])
    np.testing.assert_array_equal(test.factors["query"], [1, 0, 0, 1, 0, 0, 0, 0])
    np.testing.assert_array_equal(test.factors["camera"], [1, 1, 4, 2, 2, 6, 1, 4])
    assert len(set(test.factors["identity"][6:]) | {0, 1}) == 4
    blue = test.images[:, 2].mean((1, 2))  # 20 times the place in its folder: no junk, which is 0
    np.testing.assert_allclose(blue, [0, 60, 80, 20, 100, 120, 20, 40], atol=2)


def test_lists_of_identities_and_paths(tmp_path: Path) -> None:
    write_lists(tmp_path, SHOP, (256, 256))
    dataset = load(tmp_path, PeopleOptions(source="real", square=True, downscale=4))
    assert dataset.train.images.shape == (3, 3, 64, 64)
    np.testing.assert_array_equal(dataset.train.factors["identity"], [0, 0, 1])
    np.testing.assert_array_equal(dataset.test.factors["identity"], [0, 0, 1])  # 03, 03, 10
    np.testing.assert_array_equal(dataset.test.factors["camera"], [0, 1, 2])  # one of its own each
    assert "query" not in dataset.test.factors


def test_lists_of_markets_names_know_cameras_junk_and_queries(tmp_path: Path) -> None:
    lists = {
        name: [f"{n.partition('_')[0]},{part}/{n}" for n in NAMES[part]]
        for name, part in zip(("train.csv", "test.csv", "query.csv"), FOLDERS, strict=True)
    }
    write_lists(tmp_path, lists)
    for part in FOLDERS:  # folders of Market's names are read before any list
        (tmp_path / "people" / part).rename(tmp_path / "people" / f"{part}_")
    for name, lines in lists.items():
        moved = [line.replace("/", "_/") for line in lines]
        (tmp_path / "people" / name).write_text("\n".join(moved))
    listed = load(tmp_path)
    other = tmp_path / "other"
    write_market(other)
    for one, two in zip(
        (listed.train, listed.test), (load(other).train, load(other).test), strict=True
    ):
        np.testing.assert_array_equal(one.images, two.images)
        assert one.factors.keys() == two.factors.keys()
        for name, known in one.factors.items():
            np.testing.assert_array_equal(known, two.factors[name])


def test_a_list_may_name_persons_as_it_likes_and_number_them_from_0(tmp_path: Path) -> None:
    write_lists(
        tmp_path, {**SHOP, "train.csv": ["0,a.jpg", "0,b.jpg", "Ann,0002_c1s1_000451_03.jpg"]}
    )
    train = load(tmp_path).train
    np.testing.assert_array_equal(train.factors["identity"], [0, 0, 1])
    np.testing.assert_array_equal(train.factors["camera"], [0, 1, 2])  # not every name tells it


@pytest.mark.parametrize("downscale", [1, 2, 4])
def test_images_are_resized(tmp_path: Path, downscale: int) -> None:
    write_market(tmp_path)
    image = load(tmp_path, PeopleOptions(source="real", downscale=downscale)).train.images[0]  # type: ignore[arg-type]
    height, width = 128 // downscale, 64 // downscale
    assert image.shape == (3, height, width)
    at = (np.arange(width)[2:-2] + 0.5) / width - 0.5 / 64  # where a linear ramp stays one
    # A grey level of rounding in the file, one of JPEG, one of Pillow.
    assert np.abs(image[0, :, 2:-2] - (40 + 160 * at)).max() <= 3


def test_the_first_so_many_are_the_only_ones_read(tmp_path: Path) -> None:
    folder = write_market(tmp_path)
    (folder / FOLDERS[0] / NAMES[FOLDERS[0]][3]).write_bytes(b"torn")
    few = load(tmp_path, PeopleOptions(source="real", n_train=3, n_test=2))
    assert (len(few.train), len(few.test)) == (3, 2)
    with pytest.raises(CorruptFileError, match=r"02\.jpg is truncated, damaged or no image"):
        load_dataset(REAL, tmp_path)


@both
def test_what_is_missing_is_named(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match=r"needs a folder with data.*source=procedural"):
        ask(REAL, None)
    with pytest.raises(UserError, match=r"neither bounding_box_train nor train\.csv \(looked in "):
        ask(REAL, tmp_path)
    folder = write_market(tmp_path)
    (folder / "query").rename(folder / "queries")
    with pytest.raises(UserError, match=r"incomplete.*no folder query"):
        ask(REAL, tmp_path)


@both
def test_an_empty_or_absent_image_is_found_at_once(ask: Ask, tmp_path: Path) -> None:
    folder = write_lists(tmp_path, SHOP)
    (folder / "img/a2.jpg").write_bytes(b"")
    with pytest.raises(CorruptFileError, match=r"a2\.jpg is empty"):
        ask(REAL, tmp_path)
    (folder / "img/a2.jpg").unlink()
    with pytest.raises(UserError, match=r"a list names are missing in .*img/a2\.jpg"):
        ask(REAL, tmp_path)
    (folder / "test.csv").unlink()
    with pytest.raises(UserError, match=r"there is no .*test\.csv"):
        ask(REAL, tmp_path)


@both
def test_a_name_unlike_markets_is_refused(ask: Ask, tmp_path: Path) -> None:
    folder = write_market(tmp_path)
    (folder / "query/0003_c1.jpg").write_bytes(b"")
    with pytest.raises(CorruptFileError, match=r"query/0003_c1\.jpg: .*named like 0002_c1s1_"):
        ask(REAL, tmp_path)


WRONG = [
    ("no comma", "test.csv", ["id_03 img/c1.jpg"], r"line 1: 'id_03 img/c1\.jpg' is not identity"),
    ("no path", "test.csv", ["id_03,img/c1.jpg", "", "id_03,"], "line 3: 'id_03,' is not"),
    ("absolute", "test.csv", ["id_03,/img/c1.jpg"], "line 1: .* is not identity,relative_path"),
    ("shared", "test.csv", ["id_02,img/c1.jpg"] * 2, "the identity id_02 and 0 more are for"),
    ("one person", "train.csv", ["id_01,img/a1.jpg"] * 2, "of the train split show 1 identities"),
    ("no pair", "test.csv", ["x,img/c1.jpg", "y,img/c2.jpg"], "the test split show 2 identities"),
    ("nothing", "train.csv", [], "the 0 images of the train split show 0 identities"),
]


@both
@pytest.mark.parametrize(
    ("name", "lines", "said"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG]
)
def test_what_is_wrong_with_a_list_is_said(
    ask: Ask, tmp_path: Path, name: str, lines: list[str], said: str
) -> None:
    folder = write_lists(tmp_path, SHOP)
    (folder / name).write_text("\n".join(lines))
    with pytest.raises(UserError, match=said):
        ask(REAL, tmp_path)


@pytest.mark.data
def test_real_market() -> None:
    root = real_data(MARKET)
    check_available(REAL, root)
    dataset = load_dataset(PeopleOptions(source="real", downscale=4, n_train=500, n_test=500), root)
    assert dataset.train.images.shape == (500, 3, 32, 16)
    assert set(dataset.test.factors["camera"]) <= set(range(1, 7))


def keypoints(names: list[str], columns: str = "path,nose_x,nose_y") -> str:
    return "\n".join([columns, *(f"{name},{8 * i},{i}.5" for i, name in enumerate(names))])


def with_keypoints(root: Path) -> tuple[Path, list[str]]:
    folder = write_market(root)
    names = [f"{part}/{name}" for part in FOLDERS for name in NAMES[part] if name[0] != "-"]
    (folder / "keypoints.csv").write_text(keypoints(names))
    return folder, names


def test_keypoints_of_a_file_are_in_pixels_of_the_images(tmp_path: Path) -> None:
    _, names = with_keypoints(tmp_path)
    options = PeopleOptions(source="real", downscale=2).planned(tmp_path)
    assert options.labelled_keypoints == options.keypoints == ("nose",)
    dataset = load(tmp_path, options)
    assert dataset.known_keypoints == ("nose",)
    # Files of 128 x 64 pixels, images of 64 x 32: centres at 0 become a quarter of a pixel less.
    train = dataset.train.factors
    np.testing.assert_allclose(train["nose_x"], 4 * np.arange(4) - 0.25)
    np.testing.assert_allclose(train["nose_y"], (np.arange(4) + 1) / 2 - 0.5)
    assert len(dataset.test.factors["nose_x"]) == len(names) - 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path,nose_x\na,1", "has the columns path, nose_x"),
        ("path,nose_x,nose_y,score\na,1,2,3", "has the columns path, nose_x, nose_y, score"),
        ("path,nose_x,nose_y\na,1,2", r"has no line for bounding_box_train/0002.*\(4 images"),
        (keypoints([f"bounding_box_train/{n}" for n in NAMES["bounding_box_train"]]) + "x", "not"),
    ],
)
def test_a_file_of_keypoints_that_is_damaged_is_named(tmp_path: Path, text: str, said: str) -> None:
    (write_market(tmp_path) / "keypoints.csv").write_text(text)
    with pytest.raises(CorruptFileError, match=said):
        check_available(PeopleOptions(source="real").planned(tmp_path), tmp_path)


def test_the_space_of_table_2_is_planned_on_real_people(tmp_path: Path) -> None:
    """RoDi's Table 2 is of Market-1501, which has neither keypoints nor frames."""
    folder, _ = with_keypoints(tmp_path)
    asked = ["space=rodi_people", "dataset.source=real", "scale=smoke", f"data_root={tmp_path}"]
    sweep = resolve(asked)
    assert {trial.metrics for trial in sweep.trials} == {("reid", "repose", "pairs", "information")}
    assert sweep.left_out == {"triplets": "the frames of 'people' are not known"}
    (folder / "keypoints.csv").unlink()
    sweep = resolve(asked)
    assert {trial.metrics for trial in sweep.trials} == {("reid", "pairs", "information")}
    assert sweep.left_out.keys() == {"repose", "triplets"}
    assert describe_sweep(sweep, "")["left_out"] == sweep.left_out
    with pytest.raises(UserError, match="does not know their keypoints"):
        resolve([*asked, "metrics=[reid,repose]"])
    assert resolve(["space=rodi_people", "scale=smoke"]).left_out == {}
