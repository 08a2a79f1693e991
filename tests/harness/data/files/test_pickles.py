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
