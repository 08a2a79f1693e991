"""Weights & Biases: a run a trial, kept in a folder that ``wandb sync`` uploads."""

import shutil
from pathlib import Path
from typing import Any, Literal

from harness.results import Curves
from harness.tracking.tracker import Ending, Tracked, by_step

Mode = Literal["offline", "online"]


class WeightsAndBiases:
    """Writes ``FOLDER/wandb/offline-run-TIME-TRIAL_ID``.

    A run's id is the trial's, its config the configuration, its history the curves (``test/elbo``
    with ``epoch`` and ``step``) and in a last row the final metrics (``final/elbo``), which its
    summary has, too, beside how it ended.

    Args:
        folder: where the folder ``wandb`` goes.
        project: the project that runs belong to.
        mode: ``offline`` writes and sends nothing; ``online`` sends it at once, too.
    """

    def __init__(self, folder: Path, project: str, mode: Mode) -> None:
        folder.mkdir(parents=True, exist_ok=True)  # else W&B takes a temporary one
        self._folder, self._project, self._mode = folder, project, mode
        self._runs: dict[str, Any] = {}
        self._at: dict[str, dict[str, int]] = {}
        """Epoch and step of each running trial's last points."""

    def start(self, trial: Tracked) -> None:
        """Begin its run."""
        import wandb

        for old in self._folder.glob(f"wandb/*run-*-{trial.trial_id}"):
            shutil.rmtree(old)
        run = wandb.init(
            mode=self._mode,
            dir=str(self._folder),
            project=self._project,
            id=trial.trial_id,
            name=trial.name,
            config=trial.settings,
            tags=[trial.method, trial.dataset],
            reinit="create_new",  # trials run beside one another
            # What it would find out of this process says nothing of a worker's.
            settings=wandb.Settings(
                silent=True, console="off", disable_git=True, x_disable_stats=True
            ),
        )
        run.define_metric("*", step_metric="step")
        self._runs[trial.trial_id] = run

    def points(self, trial_id: str, curves: Curves) -> None:
        """Add a row of history for each step."""
        for epoch, step, values in by_step(curves):
            self._at[trial_id] = {"epoch": epoch, "step": step}
            self._runs[trial_id].log({**self._at[trial_id], **values})

    def end(self, trial_id: str, ending: Ending) -> None:
        """Sum it up and finish it."""
        run, at = self._runs.pop(trial_id), self._at.pop(trial_id, {})
        if ending.final:  # a row of history: what is set in a summary alone loses its NaN
            run.log({**at, **ending.final})
        run.summary["status"] = ending.status
        run.finish(exit_code=int(ending.status in ("failed", "killed")))

    def close(self) -> None:
        """Finish what is still open, and wait until W&B's own process has written all of it."""
        import wandb

        for run in self._runs.values():
            run.finish(exit_code=1)
        wandb.teardown()
