import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harness.datasets.mnist.idx import IMAGES, LABELS, check_idx, read_idx
from harness.errors import CorruptFileError
from tests.harness.datasets.helpers.idx_files import idx_bytes, write

PICTURES = np.random.default_rng(0).integers(0, 256, (5, 4, 3), dtype=np.uint8)
WHOLE = idx_bytes(PICTURES)

both_readers = pytest.mark.parametrize("reader", [read_idx, check_idx])
zipped_or_not = pytest.mark.parametrize("zipped", [False, True])


@zipped_or_not
def test_what_was_written_is_read(tmp_path: Path, zipped: bool) -> None:
    images = write(tmp_path / "images", WHOLE, zipped=zipped)
    np.testing.assert_array_equal(read_idx(images, IMAGES), PICTURES)
    assert check_idx(images, IMAGES) == (5, 4, 3)
    labels = write(tmp_path / "labels", idx_bytes(PICTURES[:, 0, 0]), zipped=zipped)
    np.testing.assert_array_equal(read_idx(labels, LABELS), PICTURES[:, 0, 0])


def test_sizes_are_big_endian(tmp_path: Path) -> None:
    header = bytes([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1])
    (tmp_path / "images").write_bytes(header + bytes(256))
    assert read_idx(tmp_path / "images", IMAGES).shape == (1, 256, 1)


def test_a_zipped_file_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "images").write_bytes(gzip.compress(WHOLE))
    (tmp_path / "images.gz").write_bytes(WHOLE)
    for name in ("images", "images.gz"):
        np.testing.assert_array_equal(read_idx(tmp_path / name, IMAGES), PICTURES)


@both_readers
@zipped_or_not
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (WHOLE[:-7], "truncated.*5 x 4 x 3.*60 bytes are expected, 53 were found"),
        (WHOLE[:16], "60 bytes are expected, 0 were found"),
        (WHOLE[:9], "truncated: 16 bytes of header are expected, 9 were found"),
        (WHOLE[:2], "truncated: 16 bytes of header are expected, 2 were found"),
        (WHOLE + b"more", "too long.*60 bytes are expected, 64 were found"),
        (idx_bytes(PICTURES[:, 0, 0]), r"\(magic number 2051\) but is one of labels.*2049"),
        (b"<html>not found</html>", r"\(magic number 2051\) but is something else"),
    ],
    ids=["truncated", "no data", "header", "stub", "long", "labels", "html"],
)
def test_wrong_content_is_named(
    tmp_path: Path,
    reader: Callable[[Path, int], object],
    zipped: bool,
    content: bytes,
    message: str,
) -> None:
    path = write(tmp_path / "images", content, zipped=zipped)
    with pytest.raises(CorruptFileError, match=f"{path.name}.*{message}"):
        reader(path, IMAGES)


@both_readers
def test_a_gzip_stream_that_breaks_off_is_truncated(
    tmp_path: Path, reader: Callable[[Path, int], object]
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 28, 28), dtype=np.uint8)
    path = write(tmp_path / "images", idx_bytes(noise), zipped=True)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CorruptFileError, match=r"truncated.*156800 bytes are expected, 7\d{4} "):
        reader(path, IMAGES)


@both_readers
def test_a_damaged_gzip_stream_is_named(
    tmp_path: Path, reader: Callable[[Path, int], object]
) -> None:
    path = write(tmp_path / "images", WHOLE, zipped=True)
    damaged = bytearray(path.read_bytes())
    damaged[-8:-4] = struct.pack("<I", 0)  # gzip's checksum of the content
    path.write_bytes(damaged)
    with pytest.raises(CorruptFileError, match=r"images\.gz is damaged.*CRC"):
        reader(path, IMAGES)
