"""Metrics that are computed after a trial has ended: further columns, filled row by row.

First the plan gets the columns, then row after row its values, each file replaced in one step.
Killed at any point, every row is either as it was or has all its new values; readers take rows
without the columns as rows without values, and ``verify`` brings all files to one schema.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from harness.results.columns import Columns, conform, trials_schema, union
from harness.results.compaction import trial_ids
from harness.results.encoding import decode_table, encode_table
from harness.results.storage import Storage
from harness.results.stored_plan import Plan, read_plan, write_plan
from harness.results.trial_files import part_name

UNSCORED = "env.unscored"
"""Column of the scores that could not be computed, and why."""


def add_metrics(storage: Storage, described: Sequence[Mapping[str, Any]]) -> None:
    """Give a run further metrics; those that it has already stay as they are.

    Args:
        storage: the run directory.
        described: entries for ``metrics`` of ``sweep.yaml``, which has them in order of importance.
    """
    plan = read_plan(storage)
    known: list[Any] = plan.sweep.get("metrics") or []
    names = {entry["name"] for entry in known}
    sweep = {**plan.sweep, "metrics": [*known, *(e for e in described if e["name"] not in names)]}
    columns = Columns(metrics=[entry["name"] for entry in described], env={"unscored": str})
    schema = union(plan.trials_schema, trials_schema({}, columns))
    if sweep != plan.sweep or schema != plan.trials_schema:
        write_plan(storage, Plan(sweep, plan.table, schema))


def set_metrics(
    storage: Storage, trial_id: str, values: Mapping[str, float], unscored: str | None = None
) -> None:
    """Put values into the row of a finished trial; its other columns stay as they are.

    Args:
        storage: the run directory, held by this process, and with each trial in one file.
        trial_id: whose row.
        values: by metric; the plan must have their columns.
        unscored: of which further metrics there is no value, and why; joined to what the row says
            already.

    Raises:
        FileNotFoundError: the trial has no row.
    """
    name = _file_of(storage, trial_id)
    stored = decode_table(storage.read(f"trials/{name}"), "trials", f"trials/{name}")
    rows = conform(stored, read_plan(storage).trials_schema, f"trials/{name}")
    own = pc.equal(rows["trial_id"], trial_id)
    for metric, value in values.items():
        place = rows.schema.get_field_index(f"metric.{metric}")
        column = pc.if_else(own, pa.scalar(value, pa.float64()), rows.column(place))
        rows = rows.set_column(place, rows.schema.field(place), column)
    if unscored:
        place = rows.schema.get_field_index(UNSCORED)
        before = pc.filter(rows.column(place), own)[0].as_py()
        parts = [*(before.split("; ") if before else ()), *unscored.split("; ")]
        said = "; ".join(dict.fromkeys(parts))
        column = pc.if_else(own, pa.scalar(said, pa.string()), rows.column(place))
        rows = rows.set_column(place, rows.schema.field(place), column)
    storage.write(f"trials/{name}", encode_table(rows))


def _file_of(storage: Storage, trial_id: str) -> str:
    names = storage.names("trials", ".parquet")
    if (own := part_name(trial_id)) in names:
        return own
    for name in names:
        if trial_id in trial_ids(storage, name):
            return name
    raise FileNotFoundError(f"trial {trial_id} has no row in {storage.label}")
