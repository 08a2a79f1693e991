"""Columns beside images: text becomes numbers, gaps and mistakes are named."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.data.own.columns import as_factor, joined, tells_images_apart
from harness.data.own.table import column_names, read_table
from harness.errors import CorruptFileError, UserError


@pytest.mark.parametrize(
    ("values", "kind", "numbers", "note"),
    [
        (np.array([3, 1], np.uint8), np.int64, [3, 1], ""),
        (np.array([True, False]), np.int64, [1, 0], ""),
        (np.array([0.5, 2.0]), np.float32, [0.5, 2], ""),
        (np.array(["b", "a", "b"]), np.int64, [1, 0, 1], "it: 0 a, 1 b"),
        (np.array([b"b", b"a"]), np.int64, [1, 0], "it: 0 a, 1 b"),
        (np.array(list("jihgfedcba")), np.int64, range(9, -1, -1), "... 10 in all"),
    ],
)
def test_a_column_becomes_a_factor(
    values: np.ndarray, kind: type, numbers: list[float], note: str
) -> None:
    factor, said = as_factor("file", "it", values)
    assert factor.dtype == kind
    assert factor.tolist() == list(numbers)
    assert said.endswith(note)


def test_a_gap_is_no_number() -> None:
    with pytest.raises(CorruptFileError, match=r"'age' has no finite number in 1 rows.* them 1\."):
        as_factor("file", "age", np.array([1.0, np.nan]))


def test_captions_are_no_labels() -> None:
    assert tells_images_apart(np.array(["a", "b", "c"]))
    assert not tells_images_apart(np.array(["a", "b", "b"]))
    assert not tells_images_apart(np.array([1, 2, 3]))


def test_columns_of_two_files_become_one() -> None:
    parts = [{"a": np.array(["x", "y"])}, {"a": np.array(["yz"])}]
    assert joined("file", parts)["a"].tolist() == ["x", "y", "yz"]
    with pytest.raises(UserError, match=r"only one of them has 'b'"):
        joined("file", [{"a": np.arange(2), "b": np.arange(2)}, {"a": np.arange(2)}])
    with pytest.raises(UserError, match=r"'a' is text in the data for training or"):
        joined("file", [*parts, {"a": np.arange(2)}])


def test_tables_are_read_alike(tmp_path: Path) -> None:
    table = pa.table(
        {"file": ["001", "002"], "n": [1, 2], "x": [0.5, None], "ok": [True, False], "w": ["é", ""]}
    )
    pq.write_table(table, tmp_path / "t.parquet")
    (tmp_path / "t.csv").write_text("\ufefffile,n,x,ok,w\n001,1,0.5,true,é\n002,2,,false,\n")
    (tmp_path / "t.tsv").write_text("file\tn\tx\tok\tw\n001\t1\t0.5\ttrue\té\n002\t2\t\tfalse\t\n")
    for name in ("t.parquet", "t.csv", "t.tsv"):
        columns = read_table(tmp_path / name, ("file",))
        assert column_names(tmp_path / name) == list(columns) == ["file", "n", "x", "ok", "w"]
        assert columns["file"].tolist() == ["001", "002"]
        assert columns["n"].tolist() == [1, 2]
        np.testing.assert_array_equal(columns["x"], [0.5, np.nan])
        assert columns["ok"].tolist() == [True, False]
        assert columns["w"].tolist() == ["é", ""]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty: its first line names the columns"),
        (b"a,b\n", "has no rows below its names of columns"),
        (b"a,a\n1,2\n", "has two columns named 'a'"),
        (b"a,b\n1,2,3\n", "cannot be read as a table"),
        (b"\xff\xfea,b\n", "cannot be read as a table"),
    ],
)
def test_damaged_tables_are_named(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(CorruptFileError, match=f"t.csv {said}"):
        read_table(tmp_path / "t.csv")
    with pytest.raises(UserError, match=r"ends in '.xls'; tables end in .csv, .tsv or .parquet"):
        read_table(tmp_path / "t.xls")
