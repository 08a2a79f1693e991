"""The columns of a run directory's tables and their types."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from harness.errors import CorruptFileError

_NAME = pa.dictionary(pa.int32(), pa.string())

CURVES_SCHEMA = pa.schema(
    {
        "trial_id": _NAME,
        "epoch": pa.int64(),
        "step": pa.int64(),
        "split": _NAME,
        "metric": _NAME,
        "value": pa.float64(),
    }
)

_IDENTITY = {
    "trial_id": pa.string(),
    "status": pa.string(),
    "method": pa.string(),
    "dataset": pa.string(),
    "data_source": pa.string(),
    "seed": pa.int64(),
}
_GROUPS = ("param.", "metric.", "time.", "env.", "error")
_TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


@dataclass(frozen=True)
class Columns:
    """The columns of a trial's row beside its parameters; fixed before the first trial runs.

    They are fixed so that all files of a run have one schema, whatever trial finishes first.

    Attributes:
        metrics: keys of all metrics that a trial may report (float64).
        times: activities that are timed (float64, seconds).
        env: columns of the environment, with ``str``, ``int``, ``float`` or ``bool``.
    """

    metrics: Sequence[str] = ()
    times: Sequence[str] = ()
    env: Mapping[str, type] = field(default_factory=dict)


def trials_schema(params: Mapping[str, pa.DataType], columns: Columns) -> pa.Schema:
    """Return the schema of the trial rows.

    Args:
        params: types of the ``param.*`` columns, by their full names.
        columns: the other columns.
    """
    return pa.schema(
        {
            **_IDENTITY,
            **params,
            **{f"metric.{name}": pa.float64() for name in columns.metrics},
            **{f"time.{name}": pa.float64() for name in columns.times},
            **{f"env.{name}": _TYPES[kind] for name, kind in columns.env.items()},
            "error": pa.string(),
        }
    )


def union(old: pa.Schema, new: pa.Schema) -> pa.Schema:
    """Return a schema with the columns of both, wide enough for the values of both."""
    types = {column.name: column.type for column in old}
    for column in new:
        types[column.name] = _wider(types.get(column.name, column.type), column.type)
    names = sorted(types, key=_group)  # a stable sort: the order within a group stays
    return pa.schema({name: types[name] for name in names})


def conform(table: pa.Table, schema: pa.Schema, name: str) -> pa.Table:
    """Return a table with exactly the columns of ``schema``; those that it lacks are null.

    A file may have been written when the plan was smaller, hence with fewer or narrower columns.

    Raises:
        CorruptFileError: the table has a column that the schema lacks, or of another type.
    """
    if table.schema.equals(schema):
        return table
    unknown = set(table.schema.names) - set(schema.names)
    if unknown:
        raise CorruptFileError(f"{name}: has columns unknown to the plan: {sorted(unknown)}")
    columns = []
    for column in schema:
        if column.name not in table.schema.names:
            columns.append(pa.nulls(len(table), column.type))
            continue
        values = table[column.name]
        if _wider(values.type, column.type) != column.type:
            raise CorruptFileError(
                f"{name}: column {column.name} is {values.type}, planned was {column.type}"
            )
        columns.append(pc.cast(values, column.type))
    return pa.table(columns, schema=schema)


def type_of(values: Iterable[Any]) -> pa.DataType:
    """Return the type of the column that can hold these parameter values.

    ``bool``, ``int64``, ``float64`` (also for integers beside floats) or ``string`` (also for
    lists and mappings, and for values of several types: see ``cell``); ``null`` if all are missing.
    """
    kinds = {type(value) for value in map(_plain, values) if value is not None}
    if not kinds:
        return pa.null()
    if kinds == {int, float}:
        return pa.float64()
    return _TYPES[kinds.pop()] if len(kinds) == 1 and kinds <= _TYPES.keys() else pa.string()


def cell(value: Any, kind: pa.DataType) -> Any:
    """Return a parameter's value as its column stores it: text is kept, other things are JSON."""
    value = _plain(value)
    if value is None or isinstance(value, str) or not pa.types.is_string(kind):
        return value
    return json.dumps(value, default=str)


def _plain(value: Any) -> Any:
    """Return Python's number for NumPy's, and None for every way to say that a value is missing."""
    if isinstance(value, np.generic):
        value = value.item()
    missing = value is pd.NA or (isinstance(value, float) and math.isnan(value))
    return None if missing else value


def _wider(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    if one == other or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    if {one, other} == {pa.int64(), pa.float64()}:
        return pa.float64()
    return pa.string()


def _group(name: str) -> int:
    if name in _IDENTITY:
        return 0
    return next(i for i, prefix in enumerate(_GROUPS, start=1) if name.startswith(prefix))
