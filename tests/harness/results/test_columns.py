"""Types of columns are decided by the plan, and may only widen."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from harness.errors import CorruptFileError
from harness.results.columns import Columns, cell, conform, trials_schema, type_of, union


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2], pa.int64()),
        ([1, None], pa.int64()),
        ([np.int32(1), pd.NA], pa.int64()),
        ([1, 0.5], pa.float64()),
        ([1, float("nan")], pa.int64()),
        ([1e-4], pa.float64()),
        ([True, False, None], pa.bool_()),
        ([True, 2], pa.string()),
        (["a", None], pa.string()),
        (["auto", 3], pa.string()),
        ([[2, 4], (4, 4)], pa.string()),
        ([{"a": 1}], pa.string()),
        ([None], pa.null()),
        ([], pa.null()),
    ],
)
def test_type_of(values: list[Any], expected: pa.DataType) -> None:
    assert type_of(values) == expected
    pa.array([cell(value, expected) for value in values], expected)  # every value fits


def test_cells_of_text_keep_text_and_write_the_rest_as_json() -> None:
    values = ["auto", 3, True, [2, 4], (2, 4), {"a": None}, np.float64(0.5), None]
    expected = ["auto", "3", "true", "[2, 4]", "[2, 4]", '{"a": null}', "0.5", None]
    assert [cell(value, pa.string()) for value in values] == expected


OLD = trials_schema({"param.d": pa.int64(), "param.beta": pa.int64()}, Columns(["elbo"]))
NEW = trials_schema(
    {"param.beta": pa.float64(), "param.lr": pa.float64()}, Columns(["mig"], env={"cpus": int})
)


def test_columns_are_in_the_documented_order() -> None:
    schema = trials_schema(
        {"param.d": pa.int64()}, Columns(["elbo"], ["train"], {"commit": str, "dirty": bool})
    )
    assert schema.names == [
        *("trial_id", "status", "method", "dataset", "data_source", "seed", "param.d"),
        *("metric.elbo", "time.train", "env.commit", "env.dirty", "error"),
    ]
    assert schema.field("env.dirty").type == pa.bool_()


def test_union_has_the_columns_of_both_in_order_and_widened() -> None:
    both = union(OLD, NEW)
    expected = ["param.d", "param.beta", "param.lr", "metric.elbo", "metric.mig", "env.cpus"]
    assert both.names[6:-1] == expected
    assert both.names[-1] == "error"
    assert both.field("param.beta").type == pa.float64()
    assert union(both, OLD).equals(both)


def test_conform_widens_and_fills() -> None:
    row = {name: [None] for name in OLD.names} | {"param.d": [4], "param.beta": [2]}
    wide = conform(pa.table(row, schema=OLD), union(OLD, NEW), "name")
    assert wide.schema.equals(union(OLD, NEW))
    assert wide.select(["param.d", "param.beta", "param.lr"]).to_pylist() == [
        {"param.d": 4, "param.beta": 2.0, "param.lr": None}
    ]


def test_conform_refuses_unknown_and_narrower_columns() -> None:
    with pytest.raises(CorruptFileError, match=r"unknown to the plan: .*'param\.d'"):
        conform(OLD.empty_table(), NEW, "name")
    with pytest.raises(CorruptFileError, match=r"param\.beta is double, planned was int64"):
        conform(pa.table({"param.beta": [0.5]}), OLD, "name")
