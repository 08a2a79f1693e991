"""The run directory of a sweep: its plan, its trials, its curves and arrays."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from harness.errors import CorruptFileError
from harness.results import compaction, further_metrics, verification
from harness.results.arrays.encoding import encode_arrays
from harness.results.arrays.files import artifact_name
from harness.results.arrays.packing import pack
from harness.results.examination import Examination, examine
from harness.results.planned_directory import PlannedDirectory
from harness.results.records import (
    LONGEST_ERROR,
    TrialRecord,
    checkpoint_name,
    error_name,
    hung_name,
    model_name,
)
from harness.results.trial_files import pair_of, part_name, read_pair, write_pair


class RunDirectory(PlannedDirectory):
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
    """

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

    def has_ended(self, trial_id: str) -> bool:
        """Say whether a trial has a file of its own by which it ended, and did not fail.

        One that cannot be read does not count. What has been merged is not looked for, so that
        this costs a worker one look whatever the size of the sweep.
        """
        with suppress(FileNotFoundError, CorruptFileError):
            pair = read_pair(self._storage, part_name(trial_id))
            return bool(pair.trials["status"].to_pylist() != ["failed"])
        return False

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

    def verify(self, stale_after: float = 900.0) -> list[str]:
        """Check what is there, move what is bad to ``corrupt/``, and mend what kills have left.

        Found are rows and curves that are empty, torn or altered by as much as a bit, rows under
        another trial's name, and rows without their curves; those trials count as unfinished
        afterwards. Of arrays the end alone is read, which an empty or torn file lacks: what is
        altered within is told where it is read, and by ``examine``.
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
        packed = pack(self._storage, self.finished, min_parts)
        if merged or packed:
            compaction.give_back_memory()
        return merged

    def remove(self, trial_ids: Collection[str]) -> None:
        """Forget finished trials, so that they run again (for ``retry_failed``)."""
        self.require_held()
        compaction.remove(self._storage, trial_ids)
