"""A run directory's plan: what is to run, who drives it, and which trials have ended."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import pandas as pd

from harness.results import compaction
from harness.results.columns import Columns
from harness.results.creation import prepare, store
from harness.results.locking import holder, locked
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

LATE_S = 30.0
"""Seconds within which every machine must see that the plan has grown."""


class PlannedDirectory:
    """A sweep's plan on a local disk, a network file system or an object store, and its driver.

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

    def create(self, sweep: dict[str, Any], plan: pd.DataFrame, columns: Columns) -> Self:
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

    def require_run(self) -> None:
        """Make sure that a sweep is there, whether or not its plan can be read.

        Raises:
            UserError: there is none; the message names runs below.
        """
        require_run(self._storage)

    def holder(self) -> str:
        """Return who holds the directory as its driver, ``process 7 on host``; "" for nobody.

        In an object store, where there are no locks, it may be a driver that was killed.
        """
        return holder(self._storage)

    def forget_plan(self) -> None:
        """Delete the plan if no trial of it has ended, as if it had never been made."""
        if not self.finished():
            for name in (PLAN, SWEEP, DATA, CODE):
                self._storage.delete(name)

    def open(self) -> Self:
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

    def sweep(self) -> dict[str, Any]:
        """Return what ``sweep.yaml`` says of the sweep."""
        return read_plan(self._storage).sweep

    def amend(self, sweep: dict[str, Any]) -> None:
        """Replace what ``sweep.yaml`` says, which decides no trial: the plan stays as it is.

        Raises:
            UserError: it cannot be written.
        """
        write_sweep(self._storage, sweep)

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

    def _plan(self) -> tuple[Plan, dict[str, int]]:
        """Return the plan and its trials' positions, read again when it has been extended."""
        stamp = self._storage.stamp(PLAN)
        if self._cached is None or self._cached[0] != stamp:
            require_run(self._storage)
            plan = read_plan(self._storage)
            positions = {trial_id: i for i, trial_id in enumerate(plan.trial_ids)}
            self._cached = (stamp, plan, positions)
        return self._cached[1:]
