"""TensorBoard: a folder of event files a trial, with its curves and hyperparameters."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.results import Curves
from harness.tracking.tracker import Ending, Tracked, by_step


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
        self._open: dict[str, _EventFile] = {}

    def start(self, trial: Tracked) -> None:
        """Open its event file."""
        folder = self._folder / trial.trial_id
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("events.out.tfevents.*"):
            old.unlink()
        self._open[trial.trial_id] = _EventFile(folder, trial)

    def points(self, trial_id: str, curves: Curves) -> None:
        """Add scalars, and let them be seen."""
        file = self._open[trial_id]
        for _, step, values in by_step(curves):
            file.step = step
            file.add(values)
        file.writer.flush()

    def end(self, trial_id: str, ending: Ending) -> None:
        """Add final metrics and hyperparameters, and close the file."""
        from tensorboardX.summary import hparams

        file = self._open.pop(trial_id)
        file.add(ending.final)
        for summary in hparams({**file.trial.settings, "status": ending.status}, ending.final):
            file.write(summary)
        file.writer.close()

    def close(self) -> None:
        """Close what is still open."""
        for file in self._open.values():
            file.writer.close()


class _EventFile:
    """The event file of a trial that is running.

    It is written by ``EventsWriter`` and not by a ``SummaryWriter``, which writes from a thread of
    its own: there a full disk would go unnoticed and block whoever writes on.

    Attributes:
        trial: the trial.
        step: the last training step that it has points of.
        writer: writes events.
    """

    def __init__(self, folder: Path, trial: Tracked) -> None:
        from tensorboardX.event_file_writer import EventsWriter
        from tensorboardX.summary import text

        self.trial, self.step = trial, 0
        self.writer: Any = EventsWriter(str(folder / "events"))
        self.write(text("trial", trial.name))

    def add(self, values: Mapping[str, float]) -> None:
        """Add scalars at the present step."""
        from tensorboardX.summary import scalar

        for name, value in values.items():
            self.write(scalar(name, value))

    def write(self, summary: Any) -> None:
        """Add a summary at the present step."""
        from tensorboardX.proto.event_pb2 import Event

        self.writer.write_event(Event(wall_time=time.time(), step=self.step, summary=summary))
