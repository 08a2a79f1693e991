"""Creating a run directory, or extending the plan of an existing one."""

from typing import Any

import pyarrow as pa

from harness.errors import UserError
from harness.results.locking import LOCK
from harness.results.remote.lease import LEASES
from harness.results.seen.code import CODE
from harness.results.seen.data import DATA
from harness.results.storage import TEMPORARY, Storage
from harness.results.stored_plan import PLAN, SWEEP, Plan, read_plan, write_plan

DIRECTORIES = ("trials", "curves", "artifacts", "models", "checkpoints", "corrupt")
OWN = (PLAN, SWEEP, LOCK, LEASES, DATA, CODE, *DIRECTORIES)
"""Files and folders that a run directory consists of."""
_SHOWN = 3
_MOST_LINES = 8
_ALWAYS_DIFFERENT = {"created", "command"}


def prepare(storage: Storage) -> None:
    """Make the directories of a run where they are missing.

    Raises:
        UserError: the location is a file, cannot be written, or holds something else than a run.
    """
    if storage.is_file():
        raise UserError(f"{storage.label} is a file; a run directory must be a directory")
    foreign = [
        name for name in storage.entries() if name not in OWN and not name.endswith(TEMPORARY)
    ]
    if foreign and not storage.is_file(PLAN):
        raise UserError(
            f"{storage.label} holds no run but other files: {', '.join(foreign[:_SHOWN])}. "
            "Choose a new or empty directory, so that results are not mixed with other files."
        )
    storage.make_directories(*DIRECTORIES)


def store(storage: Storage, plan: Plan, finished: set[str]) -> Plan:
    """Write a plan into a prepared directory, unless it holds that plan already.

    Args:
        storage: the run directory.
        plan: what it is to hold.
        finished: the trials whose results it holds.

    Returns:
        The plan as it now stands in the directory.

    Raises:
        UserError: the directory holds trials that are not in the plan.
    """
    if not storage.is_file(PLAN):
        strangers = sorted(finished - set(plan.trial_ids))
        if strangers:
            raise UserError(
                f"{storage.label} holds results of another sweep, whose {PLAN} is lost (trials "
                f"{', '.join(strangers[:_SHOWN])}). Choose another run directory."
            )
        write_plan(storage, plan)
        return plan
    old = read_plan(storage)
    lost = set(old.trial_ids) - set(plan.trial_ids)
    if lost:
        raise UserError(_different(storage.label, old, plan, lost))
    extended = plan.extending(old)
    same_trials = len(old.trial_ids) == len(plan.trial_ids)
    same_trials &= old.sweep.get("trials") == plan.sweep.get("trials")  # a search: asked for
    if same_trials and extended.trials_schema.equals(old.trials_schema):
        return old
    write_plan(storage, extended)
    return extended


def _different(location: str, old: Plan, new: Plan, lost: set[str]) -> str:
    """Say that a directory holds a different sweep, and in what it differs."""
    if set(new.trial_ids) < set(old.trial_ids):
        return (
            f"{location} holds a larger sweep, {len(old.trial_ids)} trials, of which these "
            f"{len(new.trial_ids)} are a part: fewer seeds or values than it was asked for. Go on "
            f"with `unbraid resume`, or choose another run_dir. ({len(lost)} of its trials are not "
            "in this one.)"
        )
    lines = [
        f"{location} holds a different sweep: {len(lost)} of its {len(old.trial_ids)} trials are "
        f"not in this one (for example {', '.join(sorted(lost)[:_SHOWN])}). Choose another run "
        f"directory for this sweep, or give the command of the one it holds (see {SWEEP} there); a "
        "sweep may only be extended, for example by more seeds. What differs:"
    ]
    for key in sorted({*old.sweep, *new.sweep} - _ALWAYS_DIFFERENT):
        there, here = old.sweep.get(key), new.sweep.get(key)
        if there != here and not isinstance(there, dict | list):
            lines.append(f"  {key}: {there!r} there, {here!r} here")
    names = dict.fromkeys([*old.table.schema.names, *new.table.schema.names])
    varied = [name for name in names if name not in ("trial_id", "config")]
    values = {name: (_values(old.table, name), _values(new.table, name)) for name in varied}
    changed = {name: pair for name, pair in values.items() if pair[0] != pair[1]}
    lines += [
        f"  {name}: {_few(there - here)} only there, {_few(here - there)} only here"
        for name, (there, here) in list(changed.items())[:_MOST_LINES]
    ]
    if len(changed) > _MOST_LINES:
        lines.append(f"  and {len(changed) - _MOST_LINES} more")
    return "\n".join(lines)


def _values(table: pa.Table, name: str) -> set[Any]:
    return set(table[name].to_pylist()) if name in table.schema.names else set()


def _few(values: set[Any]) -> str:
    texts = sorted(map(str, values))
    more = ", …" if len(texts) > _SHOWN else ""
    return (", ".join(texts[:_SHOWN]) + more) or "nothing"
