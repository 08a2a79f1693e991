"""When an unfinished trial is written down, where, and what is done with what was written."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.config.schema import TrialConfig
from harness.errors import CorruptFileError, UserError
from harness.results import Curves, RunDirectory
from harness.results.records import checkpoint_name
from harness.training.loop import Training
from harness.trial import checkpoint

MOST_SHARE = 0.05
"""Of a trial's time that goes into its checkpoints, however slow the run directory is."""


@dataclass
class Checkpoints:
    """Keeps one trial's checkpoint in its run directory.

    Attributes:
        run: where.
        every_s: seconds of training between two; None for none. Shorter trials write none.
        say: prints a line where one could not be used.
        written: whether there is one of this trial.
    """

    run: RunDirectory
    every_s: float | None
    say: Callable[[str], None]
    written: bool = False
    _due: float = float("inf")

    def restored(
        self, training: Training, trial: TrialConfig, fingerprint: Any
    ) -> checkpoint.Past | None:
        """Set a trial that has just been built to where its checkpoint says it stood.

        Returns:
            What it was until then; None where the trial begins anew.
        """
        self._due = time.monotonic() + (self.every_s or float("inf"))
        data = self.run.checkpoint(trial.trial_id)
        if data is None:
            return None
        name = checkpoint_name(trial.trial_id)
        try:
            past = checkpoint.restore(data, name, training, trial, fingerprint)
        except CorruptFileError as error:
            self.run.end_checkpoint(trial.trial_id, keep_aside=True)
            self.say(f"{error}; moved to corrupt/, the trial begins anew")
            return None
        self.written = True
        return past

    def is_due(self) -> bool:
        """Say whether the next one is to be written."""
        return time.monotonic() >= self._due

    def write(
        self,
        training: Training,
        trial: TrialConfig,
        fingerprint: Any,
        curves: Curves,
        seconds: dict[str, float],
    ) -> bool:
        """Write where a trial stands (see ``checkpoint.encode``); a failure is only told.

        Returns:
            Whether it is written.
        """
        began = time.monotonic()
        data = checkpoint.encode(training, trial, fingerprint, curves, seconds)
        written = False
        try:
            self.run.write_checkpoint(trial.trial_id, data)
            self.written = written = True
        except UserError as error:  # the trial itself is well, and may go on to its end
            self.say(f"no checkpoint of {trial.trial_id}: {error}")
        now = time.monotonic()
        self._due = now + max(self.every_s or float("inf"), (now - began) / MOST_SHARE)
        return written

    def end(self, trial_id: str) -> None:
        """Delete what is there of a trial that has ended."""
        if self.written:
            self.run.end_checkpoint(trial_id)
