"""What follows when a trial has ended, in the driver; and the record that no worker writes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from harness.config.schema import TrialConfig
from harness.config.trials import trial_from_dict
from harness.data.dataset import Dataset, DataSource
from harness.data.fingerprint import fingerprint
from harness.data.options import DatasetOptions
from harness.execution.ends.deaths import DIED
from harness.execution.progress import Progress
from harness.heartbeat import HUNG
from harness.results import Curves, RunDirectory, Status, TrialRecord
from harness.tracking.live import LiveLog

if TYPE_CHECKING:  # optuna is imported where something is searched
    from harness.search.growing_plan import GrowingPlan


class Endings:
    """Tells the log and the search of trials that ended, and writes those whose workers keep dying.

    Tune pickles this with its callback, hence no dataset is kept, however large.

    Args:
        run: where the trials are planned and written.
        datasets: of all the trials, by options.
        origin: entries of ``env.*`` that the driver knows.
        progress: prints how it goes.
        log: shows it elsewhere.
        growth: the search that suggests trials; None where all are planned.

    Attributes:
        fingerprints: of the datasets, by options.
    """

    def __init__(
        self,
        run: RunDirectory,
        datasets: Mapping[DatasetOptions, Dataset],
        origin: dict[str, Any],
        progress: Progress,
        *,
        log: LiveLog,
        growth: "GrowingPlan | None",
    ) -> None:
        self.fingerprints = {options: fingerprint(data) for options, data in datasets.items()}
        self._sources = {options: dataset.source for options, dataset in datasets.items()}
        self._run, self._origin, self._progress = run, origin, progress
        self._log, self._growth = log, growth

    def ended(
        self, trial_id: str, status: Status, metrics: dict[str, float], curves: Curves | None
    ) -> None:
        """Tell the log and the search of a trial that ended."""
        self._log.ended(trial_id, status, metrics)
        if self._growth:
            self._growth.ended(trial_id, status, metrics, curves)

    def give_up(self, trial_id: str, attempts: int, reason: str) -> None:
        """Write a trial down as failed, unless it was written before its worker died.

        Args:
            trial_id: which.
            attempts: how many workers have died of it.
            reason: how the last one did.
        """
        if trial_id in self._run.finished():
            return
        trial = trial_from_dict(self._run.config(trial_id))
        seen = {**self._origin, "data_fingerprint": self.fingerprints[trial.dataset]}
        source = self._sources[trial.dataset]
        self._run.write(given_up_record(trial, source, seen, attempts, reason))
        self._run.end_checkpoint(trial_id)
        self._progress.finish(trial_id, "failed", 0.0)


def given_up_record(
    trial: TrialConfig,
    data_source: DataSource,
    origin: dict[str, Any],
    attempts: int,
    reason: str,
) -> TrialRecord:
    """Return the record of a trial that no worker finished."""
    told = reason.startswith((HUNG, DIED))
    last = f"; the last {reason.partition(chr(10))[0]}" if told else ""
    return TrialRecord(
        trial_id=trial.trial_id,
        status="failed",
        method=trial.method,
        dataset=trial.dataset.name,
        data_source=data_source,
        seed=trial.seed,
        params=trial.params(),
        env=origin,
        error=f"{reason}\nNo worker process finished this trial in {attempts} attempts{last}.",
    )
