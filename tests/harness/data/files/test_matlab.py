"""MATLAB's files, written by scipy and damaged byte by byte."""

import signal
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from harness.data.files.matlab import read_array
from harness.errors import CorruptFileError

ARRAY = np.arange(3 * 21 * 4.0).reshape(3, 21, 4) / 7


def write(folder: Path, name: str = "handPara", *, compressed: bool = False) -> Path:
    path = folder / "labels.mat"
    cells = np.array([ARRAY, "a"], object)
    content = {
        "before": "a text",
        "c": cells,
        name: ARRAY,
        "z": 1j,
        "e": np.zeros((0, 0), object),
        "small": np.array([[3]], np.uint8),
    }
    savemat(path, content, do_compression=compressed)
    return path


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("name", ["x", "four", "handPara", "a_longer_name"])
def test_an_array_among_others(tmp_path: Path, name: str, compressed: bool) -> None:
    path = write(tmp_path, name, compressed=compressed)
    np.testing.assert_array_equal(read_array(path, name), ARRAY)
    np.testing.assert_array_equal(read_array(path, "small"), [[3]])


@pytest.mark.parametrize("dtype", ["f4", "f8", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])
def test_types_of_numbers(tmp_path: Path, dtype: str) -> None:
    savemat(tmp_path / "labels.mat", {"a": (7 * ARRAY % 100).astype(dtype)})
    found = read_array(tmp_path / "labels.mat", "a")
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, (7 * ARRAY % 100).astype(dtype))


def test_whole_doubles_that_matlab_stores_as_bytes_in_the_tag_or_after_it(tmp_path: Path) -> None:
    """MATLAB keeps doubles such as 1, 2, 3 as uint8. Here it is a big-endian one."""
    for numbers in ([1, 2, 3], [1, 2, 3, 4, 5]):
        parts = [
            struct.pack(">6I", 6, 8, 6, 0, 5, 8) + struct.pack(">2i", 1, len(numbers)),
            struct.pack(">I", 1 << 16 | 1) + b"a\0\0\0",
            struct.pack(">I", len(numbers) << 16 | 2) + bytes(numbers).ljust(4, b"\0")
            if len(numbers) <= 4
            else struct.pack(">2I", 2, len(numbers)) + bytes(numbers).ljust(8, b"\0"),
        ]
        body = b"".join(parts)
        header = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x01\x00MI"
        path = tmp_path / "labels.mat"
        path.write_bytes(header + struct.pack(">2I", 14, len(body)) + body)
        np.testing.assert_array_equal(read_array(path, "a"), [numbers])


def test_what_is_not_there_or_no_real_numbers(tmp_path: Path) -> None:
    path = write(tmp_path)
    for name in ("hands", "before", "z"):
        with pytest.raises(CorruptFileError, match=f"{path} holds no array '{name}'.* handPara, s"):
            read_array(path, name)


@pytest.mark.parametrize("content", [b"", b"\0" * 2000, b"\x89HDF\r\n\x1a\n" + b"\0" * 600])
def test_other_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "labels.mat"
    path.write_bytes(content)
    with pytest.raises(CorruptFileError, match=f"{path} is no MATLAB file of version 5 to 7"):
        read_array(path, "handPara")


@pytest.mark.parametrize("compressed", [False, True])
def test_truncated_anywhere(tmp_path: Path, compressed: bool) -> None:
    path = tmp_path / "labels.mat"
    savemat(path, {"handPara": ARRAY}, do_compression=compressed)
    whole = path.read_bytes()
    for length in range(128, len(whole) - 1, 5):
        path.write_bytes(whole[:length])
        with pytest.raises(CorruptFileError, match=f"{path} "):
            read_array(path, "handPara")


def test_no_damaged_byte_goes_unsaid_or_ends_the_process(tmp_path: Path) -> None:
    """Of the 72 bytes of tags before the numbers: types, sizes, shape and name."""
    path = tmp_path / "labels.mat"
    savemat(path, {"handPara": ARRAY}, do_compression=False)
    whole = path.read_bytes()
    for at in range(128, 200):
        for value in (0, 8, 19, 77, 255):
            path.write_bytes(whole[:at] + bytes([value]) + whole[at + 1 :])
            try:
                found = read_array(path, "handPara")
            except CorruptFileError:
                continue
            np.testing.assert_array_equal(found, ARRAY)


def test_scipy_does_not_survive_a_damaged_tag(tmp_path: Path) -> None:
    """The reason for a reader of our own; once this fails, ``scipy.io.loadmat`` will do."""
    path = tmp_path / "labels.mat"
    savemat(path, {"handPara": ARRAY}, do_compression=False)
    damaged = bytearray(path.read_bytes())
    damaged[192] = 255  # the type of the numbers
    path.write_bytes(damaged)
    code = f"from scipy.io import loadmat; loadmat({str(path)!r})"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert ended.returncode == -signal.SIGSEGV
    with pytest.raises(CorruptFileError, match="numbers of type 255"):
        read_array(path, "handPara")
