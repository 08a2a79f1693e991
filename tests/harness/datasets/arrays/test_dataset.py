"""Images in files of arrays: every format, layout, type and split of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.data.dataset import Dataset
from harness.datasets.arrays.dataset import ArraysOptions
from harness.datasets.registry import check_available, load_dataset
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.own_files import BESIDE, IMAGES, WORDS, N, write_arrays

FIRST = IMAGES.transpose(0, 3, 1, 2)
"""The images with their channels first."""


def load(path: Path, **options: Any) -> Dataset:
    return load_dataset(ArraysOptions(str(path), **options), None)


def same_images(dataset: Dataset, expected: np.ndarray = FIRST) -> None:
    """Fail unless every image is there once, with its own factor ``row``."""
    for split in (dataset.train, dataset.test):
        np.testing.assert_array_equal(split.images, expected[split.factors["row"]])
    rows = np.concatenate([split.factors["row"] for split in (dataset.train, dataset.test)])
    assert sorted(rows) == list(range(len(expected)))


@pytest.mark.parametrize("ending", [".npz", ".h5", ".parquet"])
@pytest.mark.parametrize(
    ("stored", "options"),
    [
        (IMAGES, {}),
        (FIRST, {}),
        (IMAGES.astype(np.uint16), {"range": (0, 255)}),
        (IMAGES.astype(np.uint16) * 257, {}),
        ((IMAGES / 255).astype(np.float16), {}),
        ((IMAGES / 255).astype(np.float32), {}),
        (IMAGES / 127.5 - 1, {}),
        (IMAGES.astype(np.float64), {}),
        (IMAGES.reshape(N, -1), {"shape": (12, 8, 3)}),
    ],
    ids=["NHWC", "NCHW", "uint16", "65535", "float16", "float32", "-1 to 1", "float64", "flat"],
)
def test_the_same_images_in_every_form(
    tmp_path: Path, ending: str, stored: np.ndarray, options: dict[str, Any]
) -> None:
    path = write_arrays(tmp_path / f"a{ending}", stored, row=np.arange(N))
    same_images(load(path, **options))


def test_grey_images_have_one_channel(tmp_path: Path) -> None:
    grey = IMAGES[..., 0]
    for name, stored in (("a", grey), ("b", grey[:, None]), ("c", grey[..., None])):
        path = write_arrays(tmp_path / f"{name}.npz", stored, row=np.arange(N))
        same_images(load(path), grey[:, None])


def test_an_npy_file_holds_images_alone(tmp_path: Path) -> None:
    dataset = load(write_arrays(tmp_path / "a.npy"))
    assert dataset.train.factors == {}
    assert {image.tobytes() for image in FIRST} == {
        image.tobytes() for split in (dataset.train, dataset.test) for image in split.images
    }


def test_what_was_found_is_said(tmp_path: Path) -> None:
    path = write_arrays(tmp_path / "a.npz", (IMAGES / 255).astype(np.float32), **BESIDE, odd=[1])
    assert load(path).notes == (
        "the images are 'images' [40, 12, 8, 3] float32, NHWC: 12 x 8 pixels, 3 channels, black "
        "and white are [0,1]",
        "not read, as it is of no images: odd",
        "36 training and 4 test images, split at random, 0.1 of them for the test",
        "factors: label, identity, scale",
        "label: 0 cat, 1 dog, 2 eel",
    )


def test_columns_beside_the_images_are_its_factors(tmp_path: Path) -> None:
    dataset = load(write_arrays(tmp_path / "a.npz", **BESIDE), pose_factors=("scale",))
    assert dataset.identity_factor == "identity"
    assert dataset.appearance_factors == ("label",)
    assert dataset.pose_factors == ("scale",)
    assert dataset.test.factors["scale"].dtype == np.float32
    only = load(tmp_path / "a.npz", factors=("label",))
    assert list(only.train.factors) == ["label", "identity"], "a role is kept"
    named = load(tmp_path / "a.npz", identity_factor="label", frame_factor="identity")
    assert (named.identity_factor, named.frame_factor) == ("label", "identity")
    assert named.train.factors["label"].dtype == np.int64


def several(n: int = N) -> np.ndarray:
    return np.stack([np.arange(n) % 3, np.arange(n) / n], axis=1)


@pytest.mark.parametrize(
    ("beside", "options"),
    [
        ({"factors": several(), "factor_names": np.array(["shape", "size"])}, {}),
        ({"factors": several(), "factor_names": np.array([b"shape", b"size"])}, {}),
        ({"factors": several()}, {"factor_names": ("shape", "size")}),
        ({"z": several()}, {"factors": ("z",), "factor_names": ("shape", "size")}),
        (
            {
                "factors": np.array(
                    list(map(tuple, several())), [("shape", np.int64), ("size", np.float64)]
                )
            },
            {},
        ),
        ({"shape": several()[:, 0].astype(int), "size": several()[:, 1]}, {}),
    ],
    ids=["names", "bytes", "stated", "named", "structured", "columns"],
)
def test_factors_are_told_in_several_ways(
    tmp_path: Path, beside: dict[str, np.ndarray], options: dict[str, Any]
) -> None:
    path = write_arrays(tmp_path / "a.npz", row=np.arange(N), **beside)
    if "factors" in options:
        options = {**options, "factors": ("z", "row")}
    dataset = load(path, **options)
    for split in (dataset.train, dataset.test):
        rows = split.factors["row"]
        np.testing.assert_array_equal(split.factors["shape"], rows % 3)
        np.testing.assert_allclose(split.factors["size"], rows / N, rtol=1e-6)
    assert set(dataset.appearance_factors) == {"row", "shape", "size"}


def test_a_group_of_hdf5_is_factors(tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["images"], file["factors/row"] = IMAGES, np.arange(N)
        file["other/row"] = np.arange(N)
    dataset = load(tmp_path / "a.h5", factors=("row",))
    same_images(dataset)
    assert dataset.appearance_factors == ("row",)


def test_the_layout_of_dsprites(tmp_path: Path) -> None:
    bits = (IMAGES[..., 0] > 127).astype(np.uint8)
    metadata = np.array({"date": "April 2017"}, dtype=object)
    path = tmp_path / "dsprites.npz"
    classes = np.stack([np.arange(N) % m for m in (1, 3, 6, 40, 32, 32)], axis=1)
    np.savez(
        path, imgs=bits, latents_classes=classes, latents_values=classes * 0.1, metadata=metadata
    )
    names = ("color", "shape", "scale", "orientation", "x", "y")
    dataset = load(
        path,
        factors=("latents_classes",),
        factor_names=names,
        pose_factors=("orientation", "x", "y"),
    )
    assert list(dataset.train.factors) == list(names)
    assert dataset.pose_factors == ("orientation", "x", "y")
    assert set(np.unique(dataset.train.images)) == {0, 255}
    row = dataset.test.factors["orientation"][0]
    np.testing.assert_array_equal(dataset.test.images[0, 0], 255 * bits[row])


def test_the_images_are_found_among_other_arrays(tmp_path: Path) -> None:
    row = np.arange(N)
    np.savez(tmp_path / "a.npz", x=row, photographs=IMAGES, row=row)
    assert set(load(tmp_path / "a.npz").train.factors) == {"x", "row"}
    np.savez(tmp_path / "b.npz", pixels=IMAGES.reshape(N, -1), row=row)
    same_images(load(tmp_path / "b.npz", shape=(12, 8, 3)))
    np.savez(tmp_path / "c.npz", left=IMAGES, right=IMAGES)
    with pytest.raises(UserError, match=r"left \[40, 12, 8, 3\], right .*dataset.images=NAME"):
        load(tmp_path / "c.npz")


def test_modalities_are_named(tmp_path: Path) -> None:
    pose = np.random.default_rng(1).normal(size=(N, 5, 3))
    path = write_arrays(tmp_path / "a.npz", row=np.arange(N), pose=pose)
    dataset = load(path, modalities=("pose",))
    assert dataset.spec.modalities == {"pose": (5, 3)}
    rows = dataset.train.factors["row"]
    np.testing.assert_allclose(dataset.train.modalities["pose"], pose[rows], rtol=1e-6)
    assert load(path).train.modalities == {}


def test_splits(tmp_path: Path) -> None:
    path = write_arrays(tmp_path / "a.npz", **BESIDE, row=np.arange(N))
    by_identity = load(path, split_by="identities", test_fraction=0.4)
    train, test = (set(s.factors["identity"]) for s in (by_identity.train, by_identity.test))
    assert (len(train), len(test)) == (3, 2)
    assert not train & test
    same_images(by_identity)
    words = np.array(["train"] * 30 + ["val"] * 4 + ["test"] * 6)
    said = load(write_arrays(tmp_path / "b.npz", row=np.arange(N), split=words))
    assert sorted(said.test.factors["row"]) == list(range(34, 40))
    assert "split" not in said.test.factors
    assert "4 images for validation are left out" in said.notes
    apart = load(
        path,
        test_path=str(write_arrays(tmp_path / "c.h5", 255 - IMAGES, **BESIDE, row=np.arange(N))),
    )
    np.testing.assert_array_equal(apart.test.images, 255 - FIRST[apart.test.factors["row"]])
    np.testing.assert_array_equal(apart.train.images, FIRST[apart.train.factors["row"]])
    assert (len(apart.train), len(apart.test)) == (N, N)
    assert apart.train.names.tolist() == [f"row {row}" for row in apart.train.factors["row"]]
    assert apart.test.names.tolist() == [f"test row {row}" for row in apart.test.factors["row"]]


def test_a_table_says_more(tmp_path: Path) -> None:
    path = write_arrays(tmp_path / "a.npy")
    lines = [f"{row},{WORDS[row]},{'test' if row % 4 == 0 else 'train'}" for row in range(N)]
    (tmp_path / "t.csv").write_text("\n".join(["row,identity,split", *lines]))
    dataset = load(path, table=str(tmp_path / "t.csv"))
    same_images(dataset)
    assert sorted(dataset.test.factors["row"]) == list(range(0, N, 4))
    assert dataset.identity_factor == "identity"


def nan(row: int) -> np.ndarray:
    images = (IMAGES / 255).astype(np.float32)
    images[row, 3, 3, 1] = np.nan
    return images


def table(tmp_path: Path) -> Path:
    (tmp_path / "short.csv").write_text("a\n1\n2\n")
    return tmp_path / "short.csv"


Damage = Callable[[Path], dict[str, Any]]
DAMAGE: dict[str, tuple[Damage, str]] = {
    "no file": (lambda to: {"path": str(to / "no.npz")}, "there is no .*no.npz"),
    "wrong key": (lambda to: {"images": "imags"}, "Did you mean 'images'?"),
    "wrong shape": (lambda to: write(to, IMAGES[..., None]), r"\[40, 12, 8, 3, 1\]: images are"),
    "numbers": (lambda to: write(to, IMAGES + 1j), "is of complex128, not of numbers"),
    "NaN": (lambda to: write(to, nan(7)), "NaN or infinity in 1 of .* the first of them 7"),
    "NaN, range": (lambda to: {**write(to, nan(7)), "range": (0, 1)}, "the first of them 7"),
    "range": (lambda to: {**write(to, IMAGES), "range": (0, 9)}, r"outside dataset.range=\[0,9\]"),
    "objects": (lambda to: write(to, IMAGES.astype(object)), "never unpickled"),
    "no images": (lambda to: write(to, IMAGES[:0]), r"'images' is empty: its shape is \[0, 12"),
    "no pixels": (lambda to: write(to, IMAGES[:, :, :0]), r"is empty: its shape is \[40, 12, 0"),
    "few pixels": (lambda to: write(to, IMAGES[:, :2]), "of 2 x 8 pixels .* at least 4 x 4"),
    "few images": (lambda to: write(to, IMAGES[:2]), "has 1 training images: it takes at least 2"),
    "more factors": (lambda to: write(to, factors=several(41)), "'factors' has 41 rows, but .* 40"),
    "turned": (
        lambda to: write(to, factors=np.ascontiguousarray(several().T)),
        "has 2 rows, but .*Transpose it",
    ),
    "Fortran's order": (lambda to: write(to, factors=several().T), "'factors' is in Fortran's"),
    "names": (
        lambda to: {**write(to, factors=several()), "factor_names": ("a",)},
        "'factors' has 2 factors, and the names are a",
    ),
    "identities": (lambda to: write(to, identity=np.arange(39)), "'identity' has 39 rows"),
    "no such factor": (lambda to: {**write(to), "factors": ("size",)}, "dataset.factors=size: "),
    "gap": (lambda to: write(to, age=np.full(N, np.nan)), "'age' has no finite number in 40 rows"),
    "modality": (
        lambda to: {**write(to, pose=np.zeros(N - 1)), "modalities": ("pose",)},
        "'pose' has 39 rows",
    ),
    "whose": (lambda to: {**write(to), "split_by": "identities"}, "not known whose images"),
    "words": (lambda to: write(to, split=np.array(["a", "b"] * 20)), "says 'a', 'b' of some"),
    "no test": (lambda to: write(to, split=np.array(["train"] * N)), "has 0 test images"),
    "short table": (lambda to: {"table": str(table(to))}, "'a' has 2 rows, but there are 40"),
    "no table": (lambda to: {"table": str(to / "no.csv")}, "dataset.table=.*there is no"),
    "other content": (lambda to: {"content": "0123"}, "content=0123 was planned, and .* now has"),
    "unlike": (
        lambda to: {"test_path": str(write_arrays(to / "c.npz", IMAGES[:, :9]))},
        "they must be alike",
    ),
}


def write(to: Path, images: np.ndarray = IMAGES, **beside: np.ndarray) -> dict[str, Any]:
    return {"path": str(write_arrays(to / "b.npz", images, **beside))}


@pytest.mark.parametrize("damage", DAMAGE)
def test_every_mistake_is_named_with_a_remedy(tmp_path: Path, damage: str) -> None:
    make, said = DAMAGE[damage]
    path = write_arrays(tmp_path / "a.npz")
    options = ArraysOptions(**{"path": str(path), **make(tmp_path)})
    with pytest.raises(UserError, match=said):
        load_dataset(options, None)
    if damage not in ("NaN", "NaN, range", "range"):  # those are in the pixels
        with pytest.raises(UserError, match=said):
            check_available(options, None)


def test_a_plan_holds_the_content_and_what_was_found(tmp_path: Path) -> None:
    path = write_arrays(tmp_path / "a.npz", **BESIDE, split=np.array(["train", "test"] * 20))
    planned = ArraysOptions(str(path)).planned(None)
    assert len(planned.content) == 16
    assert (planned.identity_factor, planned.split) == ("identity", "split")
    assert planned.planned(None) == planned
    assert planned.n_training(None) == len(load(path).train) == 20
    few = planned.smaller(7, 3)
    assert [len(split) for split in (few.load(None).train, few.load(None).test)] == [7, 3]


def test_the_test_is_in_the_range_of_the_training(tmp_path: Path) -> None:
    train = write_arrays(tmp_path / "a.npz", IMAGES.astype(np.uint16))
    test = write_arrays(tmp_path / "b.npz", IMAGES.astype(np.uint16) * 257)
    with pytest.raises(UserError, match=r"seems to be in \[0,255\] and .* in \[0,65535\]. State"):
        load(train, test_path=str(test))
    assert load(train, test_path=str(test), range=(0, 65535)).test.images.max() == 255


@pytest.mark.parametrize("values", [np.full(N, 2**64 - 1, np.uint64), np.full(N, 1e300)])
def test_numbers_that_cannot_be_kept_are_refused(tmp_path: Path, values: np.ndarray) -> None:
    with pytest.raises(CorruptFileError, match="'row' has numbers beyond"):
        load(write_arrays(tmp_path / "a.npz", row=values))
