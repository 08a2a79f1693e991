"""TensorBoard: a folder of event files a trial, with its curves and hyperparameters."""

from pathlib import Path
from typing import TYPE_CHECKING

from harness.results import Curves
from harness.tracking.tracker import Ending, Tracked, by_step

if TYPE_CHECKING:
    from tensorboardX import SummaryWriter


class TensorBoard:
    """Writes ``FOLDER/TRIAL_ID/events.out.tfevents.*``.

    Scalars are the curves (``test/elbo`` at each training step) and, at the last step, the final
    metrics (``final/elbo``); all are float32, as TensorBoard has them. The plugin for
    hyperparameters gets the configuration and the final metrics of the trials that have ended.

    Args:
        folder: where the trials' folders go.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writers: dict[str, SummaryWriter] = {}
        self._trials: dict[str, Tracked] = {}
        self._steps: dict[str, int] = {}

    def start(self, trial: Tracked) -> None:
        """Open its event file."""
        from tensorboardX import SummaryWriter

        folder = self._folder / trial.trial_id
        for old in folder.glob("events.out.tfevents.*"):
            old.unlink()
        self._writers[trial.trial_id] = SummaryWriter(str(folder))
        self._writers[trial.trial_id].add_text("trial", trial.name)
        self._trials[trial.trial_id], self._steps[trial.trial_id] = trial, 0

    def points(self, trial_id: str, curves: Curves) -> None:
        """Add scalars, and show them at once."""
        writer = self._writers[trial_id]
        for _, step, values in by_step(curves):
            self._steps[trial_id] = step
            for name, value in values.items():
                writer.add_scalar(name, value, step)
        writer.flush()

    def end(self, trial_id: str, ending: Ending) -> None:
        """Add final metrics and hyperparameters, and close the file."""
        from tensorboardX.summary import hparams

        writer, step = self._writers.pop(trial_id), self._steps.pop(trial_id)
        for name, value in ending.final.items():
            writer.add_scalar(name, value, step)
        settings = {**self._trials.pop(trial_id).settings, "status": ending.status}
        for summary in hparams(settings, ending.final):
            writer.file_writer.add_summary(summary)
        writer.close()

    def close(self) -> None:
        """Close what is still open."""
        for writer in self._writers.values():
            writer.close()
