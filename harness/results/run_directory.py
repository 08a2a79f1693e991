"""The run directory of a sweep: its plan, its trials, its curves and arrays."""

import json
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from harness.results import compaction, further_metrics, verification
from harness.results.arrays.encoding import encode_arrays
from harness.results.arrays.files import artifact_name
from harness.results.arrays.packing import pack
from harness.results.columns import Columns
from harness.results.creation import prepare, store
from harness.results.examination import Examination, examine
from harness.results.locking import locked
from harness.results.records import (
    LONGEST_ERROR,
    TrialRecord,
    checkpoint_name,
    error_name,
    hung_name,
    model_name,
)
from harness.results.remote.lease import Lease
from harness.results.seen.code import CODE, Code, require_same_code
from harness.results.seen.data import DATA, require_same_data
from harness.results.storage import Storage
from harness.results.stored_plan import (
    PLAN,
    SWEEP,
    Plan,
    make_plan,
    read_plan,
    require_run,
    write_sweep,
)
from harness.results.trial_files import pair_of, write_pair

LATE_S = 30.0
"""Seconds within which every machine must see that the plan has grown."""


class RunDirectory:
    """A sweep's plan and results on a local disk, a network file system or an object store.

    ::

        sweep.yaml                       the resolved sweep
        plan.parquet                     trial_id, seed, config (JSON), param.*
        data.json                        fingerprints of the data files that trials have seen
        .lock, leases/                   who is the driver: on file systems, on object stores
        trials/part-<trial_id>.parquet   one row          trials/compact-<n>.parquet   many
        curves/part-<trial_id>.parquet   long form        curves/compact-<n>.parquet
        artifacts/<trial_id>.npz         arrays for figures   artifacts/compact-<n>.zip   many
        models/<trial_id>.safetensors    trained methods; means nothing without a row
        checkpoints/<trial_id>.safetensors   where an unfinished trial goes on
        checkpoints/<trial_id>.hung      what its last worker did before it was silent
        corrupt/                         files that were torn or altered

    One process, the driver, plans, verifies, compacts and removes; it holds ``lock`` meanwhile. Any
    number of workers write finished trials, and anyone may ``load``, at any time. All files in
    ``trials`` have one schema, so other programs read the folder as it is; right after a killed
    merge some trials are there twice, until the next ``verify`` or ``compact``.

    Args:
        location: a path or a URI (``s3://bucket/run``, ``gs://bucket/run``). Nothing is touched.
    """

    def __init__(self, location: str | Path) -> None:
        self.location = str(location)
        self._storage = Storage(location)
        self._lease: Lease | None = None
        self._cached: tuple[tuple[int, int] | None, Plan, dict[str, int]] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Leave the lease out: it is this process's."""
        return {**self.__dict__, "_lease": None}

    def create(self, sweep: dict[str, Any], plan: pd.DataFrame, columns: Columns) -> "RunDirectory":
        """Make the directory hold a sweep: a new one, the same one again, or more of the same.

        A plan that contains all trials of the one that is there (more seeds, a wider grid, the next
        suggestions of a search) takes its place; the plan file is the commit.

        Args:
            sweep: the resolved sweep, of what YAML can say.
            plan: ``trial_id``, ``seed``, ``config`` (JSON) and ``param.*``, in the order wanted. A
                column of integers with gaps must have dtype ``Int64`` or ``object``.
            columns: what the trials will report beside their parameters.

        Returns:
            This directory.

        Raises:
            UserError: the location is a file, cannot be written, holds other files, or another
                sweep.
            ValueError: the plan lacks a column, or has a trial twice.
        """
        new_plan = make_plan(sweep, plan, columns)
        prepare(self._storage)
        finished = set() if self._storage.is_file(PLAN) else self.finished()
        store(self._storage, new_plan, finished)
        return self

    def extend(self, plan: pd.DataFrame) -> None:
        """Put a plan that contains the old one in its place: a search has suggested more.

        Args:
            plan: see ``create``, which also says what is raised.
        """
        self.require_held()
        sweep = read_plan(self._storage).sweep
        store(self._storage, make_plan(sweep, plan, Columns()), set())

    def config(self, trial_id: str) -> dict[str, Any]:
        """Return the resolved configuration of a planned trial.

        A network file system may show a plan that has just grown some seconds late.

        Raises:
            ValueError: it is not in the plan.
        """
        deadline = time.monotonic() + LATE_S
        while trial_id not in self._plan()[1]:
            if time.monotonic() > deadline:
                raise ValueError(f"trial {trial_id} is not in the plan of {self.location}")
            time.sleep(0.2)
        plan, positions = self._plan()
        config: dict[str, Any] = json.loads(plan.table["config"][positions[trial_id]].as_py())
        return config

    def holds_run(self) -> bool:
        """Say whether a sweep is there."""
        return self._storage.is_file(PLAN)

    def forget_plan(self) -> None:
        """Delete the plan if no trial of it has ended, as if it had never been made."""
        if not self.finished():
            for name in (PLAN, SWEEP, DATA, CODE):
                self._storage.delete(name)

    def open(self) -> "RunDirectory":
        """Return this directory if it holds a run.

        Raises:
            UserError: it holds none, or a newer version of this program wrote it.
        """
        require_run(self._storage)
        self._plan()
        return self

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the directory as its driver, made if it is missing; before ``create``.

        Raises:
            UserError: another process holds it, or the directory cannot be used (see ``create``).
        """
        prepare(self._storage)
        self._storage.require_writable()
        with locked(self._storage) as lease:
            self._lease = lease
            try:
                yield
            finally:
                self._lease = None

    def require_held(self) -> None:
        """Make sure that no other driver has taken the directory over, if this process holds it.

        Only on an object store can that be: where this process did not reach it for long.

        Raises:
            UserError: another driver has.
        """
        if self._lease:
            self._lease.require_held()

    def write(self, record: TrialRecord) -> None:
        """Write a finished trial: model, arrays, curves, and last its row, which is the commit.

        Killed at any point, the trial is either finished or as if it had never run. Writing a
        trial again replaces it.

        Raises:
            UserError: there is no room, or no permission; nothing half-written is left.
            ValueError: the trial or one of its columns is not in the plan.
        """
        plan, planned = self._plan()
        if record.trial_id not in planned:
            raise ValueError(f"trial {record.trial_id} is not in the plan; extend it by create()")
        pair = pair_of(record, plan.trials_schema)
        if record.model is not None:
            self._storage.write(model_name(record.trial_id), record.model)
        if record.arrays:
            self._storage.write(artifact_name(record.trial_id), encode_arrays(record.arrays))
        if record.error and len(record.error) > LONGEST_ERROR:
            whole = record.error.encode("utf-8", "backslashreplace")
            self._storage.write(error_name(record.trial_id), whole)
        write_pair(self._storage, pair)

    def delete_model(self, trial_id: str) -> None:
        """Delete a trial's trained method; its row and all else stay.

        Raises:
            OSError: it cannot be deleted.
        """
        self._storage.delete(model_name(trial_id))

    def checkpoint(self, trial_id: str) -> bytes | None:
        """Return the file from which an unfinished trial goes on; None where there is none."""
        try:
            return self._storage.read(checkpoint_name(trial_id))
        except FileNotFoundError:
            return None

    def write_checkpoint(self, trial_id: str, data: bytes) -> None:
        """Put a file in the place of the last from which an unfinished trial could go on.

        Raises:
            UserError: it cannot be written.
        """
        self._storage.write(checkpoint_name(trial_id), data)

    def end_checkpoint(self, trial_id: str, *, keep_aside: bool = False) -> None:
        """Delete a trial's checkpoint, or move it to ``corrupt/``; there need not be one."""
        if keep_aside:
            damage = verification.Damage((checkpoint_name(trial_id),), "", "")
            verification.set_aside(self._storage, damage)
        else:
            self._storage.delete(checkpoint_name(trial_id))

    def write_hung(self, trial_id: str, what: str) -> None:
        """Say, in a worker that is about to end itself, how a trial hung.

        Raises:
            UserError: it cannot be written.
        """
        self._storage.write(hung_name(trial_id), what.encode())

    def take_hung(self, trial_id: str) -> str:
        """Return how a trial's last worker hung, and forget it; "" where it did not."""
        try:
            what = self._storage.read(hung_name(trial_id)).decode()
        except FileNotFoundError:
            return ""
        self._storage.delete(hung_name(trial_id))
        return what

    def sweep(self) -> dict[str, Any]:
        """Return what ``sweep.yaml`` says of the sweep."""
        return read_plan(self._storage).sweep

    def amend(self, sweep: dict[str, Any]) -> None:
        """Replace what ``sweep.yaml`` says, which decides no trial: the plan stays as it is.

        Raises:
            UserError: it cannot be written.
        """
        write_sweep(self._storage, sweep)

    def add_metrics(self, described: Sequence[Mapping[str, Any]]) -> None:
        """Give the rows columns of further metrics; see ``harness.results.further_metrics``.

        Args:
            described: name, label, direction, unit and range of each, for ``sweep.yaml``.
        """
        further_metrics.add_metrics(self._storage, described)

    def set_metrics(
        self, trial_id: str, values: Mapping[str, float], unscored: str | None = None
    ) -> None:
        """Put values of further metrics into a finished trial's row, in one atomic step.

        ``unscored`` says of which of them there is no value, and why; column ``env.unscored``.
        """
        further_metrics.set_metrics(self._storage, trial_id, values, unscored)

    def finished(self) -> set[str]:
        """Return the trials that have a row, by file names (and the ids in compact files).

        This trusts the files; after ``verify`` it is exactly what need not run again.
        """
        return compaction.finished(self._storage)

    def require_same_data(self, fingerprints: Mapping[str, str], folder: str | None) -> None:
        """Refuse data whose contents are not those that the finished trials have seen.

        Args:
            fingerprints: by dataset and options, of what would be used now.
            folder: where it was read.

        Raises:
            UserError: names the dataset and both folders.
        """
        require_same_data(self._storage, fingerprints, folder, finished=bool(self.finished()))

    def require_same_code(self, code: Code, *, mix: bool) -> None:
        """Refuse code of a user's that is not what the finished trials have run.

        Args:
            code: digests by module, by method, dataset or metric.
            mix: whether other code is asked for.

        Raises:
            UserError: names what differs.
        """
        require_same_code(self._storage, code, finished=bool(self.finished()), mix=mix)

    def verify(self, stale_after: float = 900.0) -> list[str]:
        """Check every file, move the bad ones to ``corrupt/``, and mend what kills have left.

        Found are files that are empty, torn or altered by as much as a bit, rows under another
        trial's name, and rows without their curves; those trials count as unfinished afterwards.
        Leftovers of killed processes are deleted, interrupted merges finished, and after an
        extension of the plan the older files get its columns.

        Args:
            stale_after: age in seconds from which an unfinished file belongs to a dead writer.

        Returns:
            One line for each file set aside.
        """
        self.require_held()
        plan, _ = self._plan()
        return verification.verify(self._storage, plan.trials_schema, stale_after)

    def examine(self) -> Examination:
        """Read every file, models too, and compare it with its checksum; changes nothing.

        Raises:
            UserError: there is no run, or it cannot be read.
        """
        return examine(self._storage)

    def set_aside(self, damages: Iterable[verification.Damage]) -> None:
        """Move what is damaged to ``corrupt/``; what was in it counts as never run."""
        self.require_held()
        for damage in damages:
            verification.set_aside(self._storage, damage)

    def compact(self, min_parts: int = 200) -> int:
        """Merge small files, if there are at least ``min_parts`` parts; return how many trials.

        So are arrays for figures packed, by themselves. Safe to kill at any point and while workers
        write: see ``harness.results.compaction`` and ``harness.results.arrays.packing``.
        """
        self.require_held()
        plan, _ = self._plan()
        merged = compaction.compact(self._storage, plan.trials_schema, min_parts)
        pack(self._storage, self.finished, min_parts)
        return merged

    def remove(self, trial_ids: Collection[str]) -> None:
        """Forget finished trials, so that they run again (for ``retry_failed``)."""
        self.require_held()
        compaction.remove(self._storage, trial_ids)

    def _plan(self) -> tuple[Plan, dict[str, int]]:
        """Return the plan and its trials' positions, read again when it has been extended."""
        stamp = self._storage.stamp(PLAN)
        if self._cached is None or self._cached[0] != stamp:
            require_run(self._storage)
            plan = read_plan(self._storage)
            positions = {trial_id: i for i, trial_id in enumerate(plan.trial_ids)}
            self._cached = (stamp, plan, positions)
        return self._cached[1:]
