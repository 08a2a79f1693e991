"""Bytes of files: every truncation and every flipped bit is found."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.errors import CorruptFileError
from harness.results.columns import trials_schema, type_of
from harness.results.encoding import decode_table, encode_table
from harness.results.trial_files import pair_of
from tests.harness.results.helpers import synthetic

SCHEMA = trials_schema(
    {f"param.{name}": type_of([value]) for name, value in synthetic.params(1).items()},
    synthetic.COLUMNS,
)
PAIR = pair_of(synthetic.record(1), SCHEMA)


@pytest.mark.parametrize("table", [PAIR.trials, PAIR.curves, PAIR.curves.slice(0, 0)])
def test_round_trip(table: pa.Table) -> None:
    assert decode_table(encode_table(table), "trials", "name").equals(table)


@pytest.mark.parametrize("table", [PAIR.trials, PAIR.curves])
def test_any_flipped_bit_is_found(table: pa.Table) -> None:
    data = encode_table(table)
    rng = np.random.default_rng(0)
    for at in range(len(data)):  # header, pages, footer, length and magic number
        flipped = bytearray(data)
        flipped[at] ^= 1 << int(rng.integers(8))
        with pytest.raises(CorruptFileError, match="name: torn"):
            decode_table(bytes(flipped), "trials", "name")


def test_any_truncation_is_found() -> None:
    data = encode_table(PAIR.curves)
    for length in range(len(data)):
        with pytest.raises(CorruptFileError):
            decode_table(data[:length], "curves", "name")


def test_bytes_that_follow_are_found() -> None:
    with pytest.raises(CorruptFileError):
        decode_table(encode_table(PAIR.curves) + b"\0", "curves", "name")


def test_foreign_parquet_is_not_ours() -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(PAIR.trials, sink)
    with pytest.raises(CorruptFileError, match="not written by unbraid"):
        decode_table(bytes(sink.getvalue()), "trials", "name")
