"""Checking every file of a run directory, setting the bad ones aside."""

from itertools import count

import pyarrow as pa

from harness.errors import CorruptFileError
from harness.results.compaction import compact, finished, heal
from harness.results.creation import DIRECTORIES
from harness.results.encoding import decode_arrays
from harness.results.storage import TEMPORARY, Storage
from harness.results.trial_files import Pair, read_pairs


def verify(storage: Storage, trials_schema: pa.Schema, stale_after: float) -> list[str]:
    """Read every file and leave only what is whole; see ``RunDirectory.verify``."""
    _delete_leftovers(storage, stale_after)
    problems, outdated = [], False
    for name, outcome in read_pairs(storage, storage.names("trials", ".parquet")):
        try:
            if isinstance(outcome, CorruptFileError):
                raise outcome
            if isinstance(outcome, Pair):
                outcome.conformed(trials_schema)
                outdated |= not outcome.trials.schema.equals(trials_schema)
        except CorruptFileError as error:
            _set_aside(storage, "trials", name)
            _set_aside(storage, "curves", name)
            problems.append(f"{error}; moved to corrupt/, what it held will run again")
    problems += _check_artifacts(storage)
    heal(storage)
    if outdated:  # the plan has grown: other programs that read the folder need one schema
        compact(storage, trials_schema, min_parts=0, everything=True)
    return problems


def _delete_leftovers(storage: Storage, stale_after: float) -> None:
    """Delete what killed processes left: temporary files, curves and models without a row.

    Young files stay: a living worker may be about to rename them, or to write the row.
    """
    old = storage.untouched(stale_after, "", *DIRECTORIES)
    for name in old:
        base = name.rpartition("/")[2]
        if base.startswith(".") and base.endswith(TEMPORARY):
            storage.delete(name)
    rows = set(storage.names("trials"))
    for name in old:
        base = name.removeprefix("curves/")
        # A store's listing may lag: ask for the row itself.
        if base != name and base not in rows and not storage.is_file(f"trials/{base}"):
            storage.delete(name)
    models = [name for name in old if name.startswith("models/") and not name.endswith(TEMPORARY)]
    if models:
        ended = finished(storage)
        for name in models:
            if name.removeprefix("models/").removesuffix(".safetensors") not in ended:
                storage.delete(name)


def _check_artifacts(storage: Storage) -> list[str]:
    problems = []
    for name in storage.names("artifacts", ".npz"):
        try:
            decode_arrays(storage.read(f"artifacts/{name}"), f"artifacts/{name}")
        except CorruptFileError as error:
            _set_aside(storage, "artifacts", name)
            problems.append(f"{error}; moved to corrupt/, the trial's figures will lack it")
    return problems


def _set_aside(storage: Storage, directory: str, name: str) -> None:
    names_in_use = storage.names("corrupt")
    free = next(n for n in count() if f"{directory}-{n}-{name}" not in names_in_use)
    if storage.is_file(f"{directory}/{name}"):
        storage.move(f"{directory}/{name}", f"corrupt/{directory}-{free}-{name}")
