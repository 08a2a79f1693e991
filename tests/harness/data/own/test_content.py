"""Contents tell files apart, wherever they are, and are remembered."""

import os
from pathlib import Path

import pytest

from harness.data.own import content
from harness.data.own.content import HASHED_BYTES, Files, states_of
from harness.errors import UserError


def content_of(files: Files) -> str:
    return content.content_of(files, states_of(files))


def write(folder: Path, **files: bytes) -> Files:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return {name: str(folder / name) for name in files}


def test_contents_differ_where_names_sizes_or_ends_differ(tmp_path: Path) -> None:
    big = bytes(3 * HASHED_BYTES)
    sets = [
        {"a": b"1", "b": b"2"},
        {"a": b"2", "b": b"1"},
        {"a": b"1", "c": b"2"},
        {"a": b"1"},
        {"a": b""},
        {"a": big},
        {"a": b"1" + big[1:]},
        {"a": big[1:] + b"1"},
        {"a": big + b"\0"},
    ]
    seen = {content_of(write(tmp_path / str(i), **files)) for i, files in enumerate(sets)}
    assert len(seen) == len(sets)
    elsewhere = content_of(write(tmp_path / "elsewhere", **sets[0]))
    assert elsewhere in seen, "the same content at another place"
    middle = bytearray(big)
    middle[len(big) // 2] = 1
    assert content_of(write(tmp_path / "middle", a=bytes(middle))) in seen, "only the ends count"


def test_a_content_is_remembered_until_a_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    digest = content._digest
    monkeypatch.setattr(content, "_digest", lambda path: hashed.append(path) or digest(path))
    files = write(tmp_path / "x", a=b"1", b=b"2")
    first = content_of(files)
    assert content_of(files) == first
    assert len(hashed) == 2
    Path(files["a"]).write_bytes(b"3")
    stat = Path(files["a"]).stat()
    os.utime(files["a"], ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    assert content_of(files) != first


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=str(tmp_path / "none")):
        content_of({"none": str(tmp_path / "none")})
