"""Files of arrays in every format give the arrays that were written, some rows at a time."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.data.files.formats import open_array_file
from harness.data.files.npy import RawArray
from harness.errors import CorruptFileError, UserError
from tests.harness.datasets.helpers.own_files import BESIDE, IMAGES, write_arrays

ENDINGS = (".npz", ".h5", ".parquet")


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32, np.float64])
def test_what_was_written_is_read(tmp_path: Path, ending: str, dtype: type) -> None:
    images = IMAGES.astype(dtype)
    file = open_array_file(write_arrays(tmp_path / f"a{ending}", images, **BESIDE))
    array = file.array("images", "dataset.images")
    assert (array.shape, array.dtype) == (images.shape, images.dtype)
    chunks = list(array.chunks(9))
    assert max(map(len, chunks)) <= 9
    np.testing.assert_array_equal(np.concatenate(chunks), images)
    for name, values in BESIDE.items():
        np.testing.assert_array_equal(file.array(name, "x").whole(), values)


@pytest.mark.parametrize("order", ["<", ">"])
def test_rows_of_an_npy_file_are_taken_in_any_order(tmp_path: Path, order: str) -> None:
    images = (IMAGES / 255).astype(f"{order}f4")
    (array,) = open_array_file(write_arrays(tmp_path / "a.npy", images)).arrays.values()
    assert isinstance(array, RawArray)
    rows = np.array([7, 0, 39, 7])
    np.testing.assert_array_equal(array.take(rows), images[rows])
    np.testing.assert_array_equal(np.concatenate(list(array.chunks(11))), images)


def test_plain_arrays_of_hdf5_are_read_where_they_lie(tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["plain"] = IMAGES
        file.create_dataset("zipped", data=IMAGES, compression="gzip")
        file["group/below"] = np.arange(5)
        file["number"] = 3.0
    arrays = open_array_file(tmp_path / "a.h5").arrays
    assert list(arrays) == ["group/below", "plain", "zipped"]
    plain = arrays["plain"]
    assert isinstance(plain, RawArray)
    assert not isinstance(arrays["zipped"], RawArray)
    np.testing.assert_array_equal(plain.take(np.array([3, 1])), IMAGES[[3, 1]])


def test_parquet_has_many_ways_to_write_an_array(tmp_path: Path) -> None:
    images = IMAGES[..., 0]
    flat = pa.FixedSizeListArray.from_arrays(pa.array(images.ravel()), images[0].size)
    table = {
        "fixed": flat,
        "tensor": pa.FixedShapeTensorArray.from_numpy_ndarray(images),
        "bytes": pa.array([image.tobytes() for image in images]),
        "category": pa.array(["a", "b"] * 20).dictionary_encode(),
        "gaps": pa.array([None, 1.5] * 20),
        "struct": pa.array([{"a": 1}] * 40),
    }
    pq.write_table(pa.table(table), tmp_path / "a.parquet", row_group_size=16)
    file = open_array_file(tmp_path / "a.parquet")
    whole = {name: array.whole() for name, array in file.arrays.items()}
    for name in ("fixed", "tensor", "bytes"):
        np.testing.assert_array_equal(whole[name].reshape(images.shape), images, name)
    assert whole["tensor"].shape == images.shape
    assert whole["category"].tolist() == ["a", "b"] * 20
    np.testing.assert_array_equal(whole["gaps"], [np.nan, 1.5] * 20)
    assert list(file.refused) == ["struct"]


def test_rows_of_another_shape_are_named(tmp_path: Path) -> None:
    rows = [image.tolist() for image in IMAGES[..., 0]]
    rows[30] = rows[30][:5]
    pq.write_table(pa.table({"images": rows}), tmp_path / "a.parquet")
    array = open_array_file(tmp_path / "a.parquet").array("images", "dataset.images")
    chunks = array.chunks(10)
    with pytest.raises(CorruptFileError, match=r"not every row 30 to 39 .*'images'.*\[12, 8\]"):
        list(chunks)


@pytest.mark.parametrize("ending", [*ENDINGS, ".npy"])
@pytest.mark.parametrize("keep", [0.0, 0.3, 0.95])
def test_a_truncated_file_is_named(tmp_path: Path, ending: str, keep: float) -> None:
    path = write_arrays(tmp_path / f"a{ending}")
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content))])
    with pytest.raises(CorruptFileError, match=str(path)):
        open_array_file(path)


@pytest.mark.parametrize("ending", [".npz", ".parquet", ".h5"])
def test_damage_in_the_middle_is_found_while_reading(tmp_path: Path, ending: str) -> None:
    path = write_arrays(tmp_path / f"a{ending}")
    array = open_array_file(path).array("images", "dataset.images")
    content = path.read_bytes()
    middle = content.rindex(b"\x78", 0, len(content) // 2) if ending == ".h5" else 2000
    path.write_bytes(content[:middle] + b"\xff" * 200 + content[middle + 200 :])
    with pytest.raises(CorruptFileError, match=str(path)):
        array.whole()


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "unpickled",))

    objects = np.array([Bomb()] * 3, object)
    np.savez(tmp_path / "a.npz", images=IMAGES, metadata=objects)
    np.save(tmp_path / "a.npy", objects, allow_pickle=True)
    file = open_array_file(tmp_path / "a.npz")
    assert list(file.arrays) == ["images"]
    with pytest.raises(CorruptFileError, match=r"'metadata' is of Python objects.*numpy.asarray"):
        file.array("metadata", "dataset.factors")
    with pytest.raises(CorruptFileError, match=r"of Python objects, which are never unpickled"):
        open_array_file(tmp_path / "a.npy")
    assert not (tmp_path / "unpickled").exists()


def test_other_mistakes(tmp_path: Path) -> None:
    file = open_array_file(write_arrays(tmp_path / "a.npz"))
    with pytest.raises(CorruptFileError, match=r"Did you mean 'images'\? It holds: images \[40,"):
        file.array("imags", "dataset.images")
    with pytest.raises(UserError, match=r"is a folder; .*dataset=folder"):
        open_array_file(tmp_path)
    (tmp_path / "a.mat").touch()
    with pytest.raises(UserError, match=r"ends in '.mat'; files of arrays end in .npz, .npy, .h5"):
        open_array_file(tmp_path / "a.mat")
    np.save(tmp_path / "f.npy", np.asfortranarray(IMAGES))
    with pytest.raises(CorruptFileError, match=r"Fortran's order.*ascontiguousarray"):
        open_array_file(tmp_path / "f.npy")
    np.save(tmp_path / "e.npy", IMAGES[:, :0])
    with pytest.raises(CorruptFileError, match=r"is empty: its shape is \[40, 0, 8, 3\]"):
        open_array_file(tmp_path / "e.npy")
