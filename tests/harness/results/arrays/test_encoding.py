"""Bytes of arrays: what is torn is found, and one member is read without the others."""

import io
from contextlib import suppress

import numpy as np
import pytest

from harness.errors import CorruptFileError
from harness.results.arrays.encoding import (
    FILES,
    decode_arrays,
    encode_archive,
    encode_arrays,
    extracted,
    members,
    require_whole_archive,
)


def test_arrays() -> None:
    arrays = {"walk": np.arange(24, dtype=np.uint8).reshape(2, 3, 4), "z": np.array([np.nan, 1.0])}
    data = encode_arrays(arrays)
    decoded = decode_arrays(data, "name")
    assert decoded.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(decoded[name], array)
        assert decoded[name].dtype == array.dtype
    for length in range(0, len(data), 7):
        with pytest.raises(CorruptFileError):
            decode_arrays(data[:length], "name")
    with pytest.raises(ValueError, match="holds Python objects"):
        encode_arrays({"names": np.array([{}], dtype=object)})


def test_archives() -> None:
    files = {f"{name}.npz": encode_arrays({"walk": np.arange(9)}) for name in "abc"}
    data = encode_archive(files)
    assert members(io.BytesIO(data), "name", FILES) == list(files)
    assert dict(extracted(io.BytesIO(data), "name", {"b.npz"})) == {"b.npz": files["b.npz"]}
    require_whole_archive(data, "name")
    for length in range(len(data)):  # also where another ZIP file, of a trial, is what ends there
        with pytest.raises(CorruptFileError, match="name: torn"):
            require_whole_archive(data[:length], "name")


def test_a_flipped_bit_is_found_or_changes_nothing() -> None:
    """ZIP guards contents; names are known, and dates and the like mean nothing here."""
    files = {f"{name}.npz": encode_arrays({"walk": np.arange(2)}) for name in "ab"}
    data = encode_archive(files)
    for at in range(len(data)):
        flipped = bytearray(data)
        flipped[at] ^= 1 << at % 8
        with suppress(CorruptFileError):
            found = dict(extracted(io.BytesIO(flipped), "name", files))
            for name, content in found.items():
                assert isinstance(content, CorruptFileError) or content == files[name]
