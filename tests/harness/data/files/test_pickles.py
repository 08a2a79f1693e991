import builtins
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.data.files.pickles import read_pickle
from harness.errors import CorruptFileError

CONTENT = {
    3: {"xyz": np.arange(6.0).reshape(2, 3), "K": np.eye(3, dtype=np.float32)},
    0: {"turned": np.asfortranarray(np.arange(6).reshape(2, 3)), "n": np.int64(4), "words": ["a"]},
}
# As Python 2 and numpy 1 wrote {"xyz": numpy.array([1.5, -2.0])}: texts are of bytes.
PYTHON_2 = (
    b"\x80\x02}U\x03xyzcnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
    b"(K\x01K\x02\x85cnumpy\ndtype\nU\x02f8K\x00K\x01\x87R(K\x03U\x01<NNN"
    b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x10"
    + np.array([1.5, -2.0]).tobytes()
    + b"tbs."
)


def write(folder: Path, content: bytes) -> Path:
    path = folder / "anno.pickle"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_and_containers_are_read(tmp_path: Path, protocol: int) -> None:
    found = read_pickle(write(tmp_path, pickle.dumps(CONTENT, protocol)))
    assert found.keys() == CONTENT.keys()
    for number, entry in CONTENT.items():
        for name, known in entry.items():
            np.testing.assert_array_equal(found[number][name], known)
            assert type(found[number][name]) is type(known)


def test_what_python_2_wrote(tmp_path: Path) -> None:
    found = read_pickle(write(tmp_path, PYTHON_2))
    assert list(found) == ["xyz"]
    np.testing.assert_array_equal(found["xyz"], [1.5, -2.0])


class Calls:
    """Pickles as the call of a function."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.called = function, arguments

    def __reduce__(self) -> Any:
        return self.called


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_a_call_is_refused_and_not_made(tmp_path: Path, protocol: int) -> None:
    mark = tmp_path / "mark"
    for function, argument in (
        (os.mkdir, str(mark)),
        (os.system, f"touch {mark}"),
        (builtins.exec, f"open({str(mark)!r}, 'w')"),
        (np.fromfile, str(mark)),
        (getattr, (np.ndarray, "tofile")),
    ):
        hidden = [np.zeros(2), {"xyz": Calls(function, argument)}]
        path = write(tmp_path, pickle.dumps(hidden, protocol))
        with pytest.raises(CorruptFileError, match=r"no pickle of arrays alone.*asks for") as found:
            read_pickle(path)
        assert str(path) in str(found.value)
        assert not mark.exists()


@pytest.mark.parametrize("name", ["dtype.__class__", "ndarray.tofile"])
def test_a_name_within_a_name_is_refused(tmp_path: Path, name: str) -> None:
    stream = b"\x80\x04\x8c\x05numpy\x8c" + bytes([len(name)]) + name.encode() + b"\x93."
    with pytest.raises(CorruptFileError, match=f"asks for numpy.{name}"):
        read_pickle(write(tmp_path, stream))


def test_an_array_of_objects_hides_no_call(tmp_path: Path) -> None:
    inside = np.array([Calls(os.mkdir, str(tmp_path / "mark"))], object)
    with pytest.raises(CorruptFileError, match=r"asks for posix\.mkdir"):
        read_pickle(write(tmp_path, pickle.dumps(inside)))
    assert not (tmp_path / "mark").exists()


def test_truncated_and_other_files(tmp_path: Path) -> None:
    whole = pickle.dumps(CONTENT)
    for length in range(0, len(whole) - 1, 7):
        with pytest.raises(CorruptFileError, match=r"anno\.pickle is .*Fetch it again"):
            read_pickle(write(tmp_path, whole[:length]))
    for other in (b"\x89PNG\r\n\x1a\n", b"<html>404</html>", b"version https://git-lfs"):
        with pytest.raises(CorruptFileError, match=r"anno\.pickle is "):
            read_pickle(write(tmp_path, other))


class Made:
    """Pickles as the call of a function with a state that is set afterwards."""

    def __init__(self, function: Callable[..., object], arguments: Any, state: Any) -> None:
        self.made = function, arguments, state

    def __reduce__(self) -> Any:
        return self.made


RECORD = (3, "|", None, ("a",), {"a": (np.dtype("O"), 0)}, 8, 1, 0)
"""State of a dtype of 8 bytes with a field of objects, of which its flags say nothing."""


@pytest.mark.parametrize(
    "dtype",
    [
        Made(np.dtype, ("V8", False, True), RECORD),
        Made(np.dtype, ("f8", False, True), RECORD),
        Made(np.dtype, ("O8", False, True), (3, "|", None, None, None, 8, 1, 0)),
        Made(np.dtype, ("i8", False, True), (3, "<", (np.dtype("O"), (1,)), None, None, 8, 1, 0)),
        Made(np.dtype, ("S8", False, True), (3, "|", None, None, None, -1, 1, 0)),
    ],
    ids=["record", "numbers as records", "objects", "subarray", "no size"],
)
def test_bytes_are_never_taken_for_objects(tmp_path: Path, dtype: Made) -> None:
    """numpy would take the numbers for addresses, and the process would end with a signal."""
    empty = (np.ndarray, (0,), b"b")
    reconstruct, scalar = np._core.multiarray._reconstruct, np._core.multiarray.scalar
    for crafted in (
        Made(reconstruct, empty, (1, (2,), dtype, False, b"A" * 16)),
        Made(np._core.numeric._frombuffer, (b"A" * 16, dtype, (2,), "C"), None),
        Made(scalar, (dtype, b"A" * 8), None),
    ):
        path = write(tmp_path, pickle.dumps(crafted, 4))
        try:
            found = read_pickle(path)
        except CorruptFileError:
            continue
        assert np.asarray(found).dtype == "S8", "texts of their own size are no harm"


def test_objects_of_pythons_own_are_read(tmp_path: Path) -> None:
    inside = {"S1": {"Walking": np.arange(6.0)}}
    found = read_pickle(write(tmp_path, pickle.dumps(np.array(inside, object))))
    np.testing.assert_array_equal(found.item()["S1"]["Walking"], np.arange(6.0))
    several = np.array([[1, "a"], [None, [np.ones(2)]]], object)
    found = read_pickle(write(tmp_path, pickle.dumps(several)))
    assert (found.shape, found[0, 1], found[1, 0]) == ((2, 2), "a", None)


def test_a_place_in_a_table_takes_no_memory(tmp_path: Path) -> None:
    """Five bytes would make Python's table of what was read 16 GB long."""
    for place in (b"\xff\xff\xff\x7f", b"\x00\x00\x00\x40"):
        with pytest.raises(CorruptFileError, match="truncated or damaged"):
            read_pickle(write(tmp_path, b"\x80\x02}r" + place + b"."))
