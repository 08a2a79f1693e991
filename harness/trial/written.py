"""Where an unfinished trial stands, written down so that it can go on from there."""

from harness.config.schema import TrialConfig
from harness.heartbeat import beat
from harness.results.records import TrialRecord
from harness.training.loop import Training
from harness.trial.keeping import Checkpoints
from harness.trial.stopwatch import Stopwatch


class Written:
    """A trial's checkpoint: it goes on from the one that is there, and is written down again.

    Attributes:
        trained: whether the one that was there is of the whole training.
    """

    def __init__(
        self,
        checkpoints: Checkpoints | None,
        training: Training,
        trial: TrialConfig,
        record: TrialRecord,
        watch: Stopwatch,
    ) -> None:
        self._checkpoints, self._training, self._trial = checkpoints, training, trial
        self._record, self._watch = record, watch
        self._content = record.env.get("data_fingerprint")
        past = checkpoints.restored(training, trial, self._content) if checkpoints else None
        self.trained = past is not None and past.trained
        if past:
            record.curves = past.curves
            watch.go_on(past.seconds)
            updater = training.updater
            record.env |= {"stack": updater.stacked, "stack_choice": updater.stack_choice}
        if past and past.trained:
            record.env["device"] = past.device

    def again(self) -> bool:
        """Write it down as it stands; return whether it is."""
        if self._checkpoints is None:
            return False
        beat("write a checkpoint")
        curves, seconds = self._record.curves, self._watch.read(self._training.updater.steps)
        written = self._checkpoints.write(
            self._training, self._trial, self._content, curves, seconds
        )
        self._watch.skip()
        return written
