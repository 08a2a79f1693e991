"""The plan of a sweep as it is kept: ``sweep.yaml`` and ``plan.parquet``."""

import base64
import re
import shlex
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from harness.errors import CorruptFileError, UserError
from harness.results import versions
from harness.results.columns import Columns, cell, trials_schema, type_of, union
from harness.results.encoding import decode_table, encode_table
from harness.results.storage import Storage
from harness.shell import command_line
from harness.yaml_text import told_by_yaml

PLAN = "plan.parquet"
SWEEP = "sweep.yaml"
_TRIALS_SCHEMA = b"unbraid.trials_schema"
_COMMAND = re.compile(r"^command:.*(?:\n  .*)*(?=\n\w)", re.MULTILINE)
"""The command in ``sweep.yaml``, which YAML folds; what is cut off in it is none."""
_REQUIRED = {"trial_id": pa.string(), "seed": pa.int64(), "config": pa.string()}


@dataclass(frozen=True)
class Plan:
    """What a run directory is to hold.

    Attributes:
        sweep: the resolved sweep.
        table: ``trial_id, seed, config`` (JSON) and ``param.*``, one row a trial.
        trials_schema: the schema of the rows that the trials will write.
    """

    sweep: dict[str, Any]
    table: pa.Table
    trials_schema: pa.Schema

    @property
    def trial_ids(self) -> list[str]:
        """The planned trials, in order."""
        ids: list[str] = self.table["trial_id"].to_pylist()
        return ids

    def extending(self, old: "Plan") -> "Plan":
        """Return this plan with what a smaller, older one has more: columns, and their metrics."""
        own: list[Any] = self.sweep.get("metrics") or []
        names = {entry["name"] for entry in own}
        further = [e for e in old.sweep.get("metrics") or [] if e["name"] not in names]
        sweep = {**self.sweep, "metrics": [*own, *further]} if further else self.sweep
        return Plan(sweep, self.table, union(old.trials_schema, self.trials_schema))


def make_plan(sweep: dict[str, Any], frame: pd.DataFrame, columns: Columns) -> Plan:
    """Type a planned sweep.

    Args:
        sweep: the resolved sweep, of what YAML can say.
        frame: ``trial_id``, ``seed``, ``config`` and ``param.*``. A column of integers with gaps
            must have dtype ``Int64`` or ``object``, or pandas has made floats of it already.
        columns: what the trials will report beside their parameters.

    Raises:
        ValueError: a column is missing or unknown, or two trials have one id.
    """
    params = [name for name in frame.columns if name.startswith("param.")]
    if set(frame.columns) != {*_REQUIRED, *params}:
        raise ValueError(f"a plan has {list(_REQUIRED)} and param.*, not {list(frame.columns)}")
    repeated = frame["trial_id"][frame["trial_id"].duplicated()].tolist()
    if repeated:
        raise ValueError(f"trials planned twice: {repeated[:3]}")
    types = {name: type_of(frame[name].tolist()) for name in params}
    schema = pa.schema({**_REQUIRED, **types})
    cells = [
        pa.array([cell(value, column.type) for value in frame[column.name].tolist()], column.type)
        for column in schema
    ]
    return Plan(sweep, pa.table(cells, schema=schema), trials_schema(types, columns))


def write_plan(storage: Storage, plan: Plan) -> None:
    """Write both files; the directory is a run, or an extended one, once the second is there."""
    write_sweep(storage, plan.sweep)
    schema = base64.b64encode(_stamped(plan.trials_schema).serialize())
    storage.write(PLAN, encode_table(plan.table, {_TRIALS_SCHEMA: schema}))


def write_sweep(storage: Storage, sweep: dict[str, Any]) -> None:
    """Write the resolved sweep alone."""
    stamped = {"schema_version": versions.SCHEMA_VERSION, **sweep}
    text = yaml.safe_dump(stamped, sort_keys=False, allow_unicode=True)
    storage.write(SWEEP, text.encode())


def read_plan(storage: Storage) -> Plan:
    """Read both files.

    Raises:
        FileNotFoundError: there is no run.
        CorruptFileError: one of them is torn or altered.
        UserError: a newer version of this program wrote them.
    """
    return _read_table(storage, _read_sweep(storage))


def damaged_plan(storage: Storage) -> tuple[str, ...]:
    """Return which of the two files must be made anew; none where both are whole.

    A plan that is torn takes nothing from ``sweep.yaml``, which has the command to make it again.

    Raises:
        UserError: see ``read_plan``.
    """
    try:
        sweep = _read_sweep(storage)
    except CorruptFileError:
        return SWEEP, PLAN
    try:
        _read_table(storage, sweep)
    except (CorruptFileError, FileNotFoundError):
        return (PLAN,)
    return ()


def _read_table(storage: Storage, sweep: dict[str, Any]) -> Plan:
    name = f"{storage.label}/{PLAN}"
    data = storage.read(PLAN)
    try:
        table = decode_table(data, "plan", name)
    except CorruptFileError as error:
        raise CorruptFileError(
            f"{error}. Delete that file and run the sweep's command again: the plan is made anew "
            f"and finished trials are kept.{_to_run(storage)}"
        ) from error
    return Plan(sweep, table, _stored_schema(data, name))


def own_command(storage: Storage) -> str:
    """Return the command that makes a run's plan anew, as ``sweep.yaml`` has it, if it has it.

    It is read from a torn file too, and leads to where the run is now.
    """
    try:
        text = storage.read(SWEEP).decode(errors="replace")
        found = _COMMAND.search(text)
        command = str(yaml.safe_load(found[0])["command"]) if found else ""
        words = shlex.split(command)
    except (FileNotFoundError, yaml.YAMLError, ValueError, KeyError, TypeError):
        return ""
    if words[:2] != ["unbraid", "sweep"]:
        return command
    elsewhere = [word for word in words if not word.startswith("run_dir=")]
    return command_line([*elsewhere, f"run_dir={storage.label}"])


def _to_run(storage: Storage) -> str:
    command = own_command(storage)
    return f" It is: {command}" if command else ""


class Described(dict[str, Any]):
    """What ``sweep.yaml`` says; to ask for what is not in it is an error that says so.

    Attributes:
        file: where it is.
    """

    def __init__(self, values: dict[str, Any], file: str) -> None:
        super().__init__(values)
        self.file = file

    def __missing__(self, key: str) -> Any:
        raise _altered(self.file, f"there is no `{key}` in it")


_KINDS: dict[str, tuple[type, str]] = {
    "settings": (dict, "a mapping"),
    "swept": (dict, "a mapping"),
    "search": (dict, "a mapping"),
    "searches": (list, "a list"),
    "scheduler": (dict, "a mapping"),
    "trials": (int, "a whole number"),
    "seeds": (int, "a whole number"),
    "metrics": (list, "a list"),
    "supervision": (dict, "a mapping"),
}
"""What stands in ``sweep.yaml`` under some keys, where they are there."""


def _read_sweep(storage: Storage) -> Described:
    file = f"{storage.label}/{SWEEP}"
    try:
        sweep = yaml.safe_load(storage.read(SWEEP))
    except FileNotFoundError:
        raise _altered(file, "it is missing") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise _altered(file, told_by_yaml(error)) from error
    if not isinstance(sweep, dict) or not isinstance(sweep.get("schema_version"), int):
        raise _altered(file, "it is empty" if sweep is None else "`schema_version` is no number")
    versions.require_known(sweep.pop("schema_version"), file)
    for key, (kind, words) in _KINDS.items():
        value = sweep.get(key)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise _altered(file, f"`{key}` is {value!r}; {words} is expected")
    for search in sweep.get("searches") or []:
        if not isinstance(search, dict):
            raise _altered(file, f"`searches` has {search!r} in it, no mapping")
    return Described(sweep, file)


def _altered(file: str, fault: str) -> CorruptFileError:
    return CorruptFileError(
        f"{file}: torn or altered ({fault}). Put back the file as it was; or delete {PLAN} beside "
        "it and run the sweep's command again: both are made anew and finished trials are kept."
    )


def require_run(storage: Storage) -> None:
    """Make sure that a location holds a run.

    Raises:
        UserError: it does not; the message names runs below it.
    """
    if storage.is_file(PLAN):
        return
    if storage.is_file():
        raise UserError(f"{storage.label} is a file; expected a run directory (with {PLAN})")
    runs = [name for name in storage.entries() if storage.is_file(f"{name}/{PLAN}")]
    hint = f" It contains runs: {', '.join(runs[:5])}; name one of them." if runs else ""
    known = "holds no run" if storage.entries() else "does not exist or is empty"
    raise UserError(
        f"{storage.label} {known}: expected {PLAN} in it.{hint} A sweep that was ended before it "
        f"was planned is started by its own command.{_to_run(storage)}"
    )


def _stamped(schema: pa.Schema) -> pa.Schema:
    return schema.with_metadata({versions.VERSION_KEY: str(versions.SCHEMA_VERSION)})


def _stored_schema(data: bytes, name: str) -> pa.Schema:
    metadata = pq.read_metadata(pa.BufferReader(data)).metadata
    schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(metadata[_TRIALS_SCHEMA])))
    return versions.upgrade(schema.empty_table(), "trials", name).schema.remove_metadata()
