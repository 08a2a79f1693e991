"""What one finished trial leaves behind, and what a whole run directory holds."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from harness.errors import CorruptFileError
from harness.results.arrays.files import ArrayFiles
from harness.results.storage import Storage

Status = Literal["ok", "diverged", "pruned", "failed"]
"""How a trial ended: ``diverged`` is a result (the loss exploded), ``failed`` an error."""

SCORED_SPLITS = ("test", "validation")
"""What the points of a curve that are scores, and not means of training, are of."""

FINAL_STATUSES: tuple[Status, ...] = ("ok", "diverged", "pruned", "failed")


def checkpoint_name(trial_id: str) -> str:
    """Return the name of the file from which an unfinished trial goes on."""
    return f"checkpoints/{trial_id}.safetensors"


def hung_name(trial_id: str) -> str:
    """Return the name of the file that says how a trial's last worker hung."""
    return f"checkpoints/{trial_id}.hung"


def model_name(trial_id: str) -> str:
    """Return the name of the file with a trial's trained method."""
    return f"models/{trial_id}.safetensors"


@dataclass
class Curves:
    """Learning curves in long form: one entry of each list a point."""

    epoch: list[int] = field(default_factory=list)
    step: list[int] = field(default_factory=list)
    split: list[str] = field(default_factory=list)
    metric: list[str] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def add(self, epoch: int, step: int, split: str, values: dict[str, float]) -> None:
        """Append one point of each metric in ``values``."""
        for metric, value in values.items():
            self.epoch.append(epoch)
            self.step.append(step)
            self.split.append(split)
            self.metric.append(metric)
            self.value.append(value)


LONGEST_ERROR = 8192
"""Characters of an error that stand in a row: each report holds all errors of its trials."""


def error_name(trial_id: str) -> str:
    """Return the name of the file with a trial's error as a whole, where it is a long one."""
    return f"artifacts/{trial_id}.error.txt"


def shortened(error: str | None, trial_id: str) -> str | None:
    """Return an error as a row holds it: of a long one the beginning and the end."""
    if error is None:
        return None
    text = error.encode("utf-8", "backslashreplace").decode()
    if len(text) <= LONGEST_ERROR:
        return text
    end = LONGEST_ERROR // 2
    left_out = f"{len(text) - 2 * end:,} characters, which are in {error_name(trial_id)}"
    return f"{text[:end]}\n[... {left_out} ...]\n{text[-end:]}"


def last_line(error: Any) -> str:
    """Return what a traceback says in its last line, no longer than a screen is wide or two."""
    lines = str(error).strip().splitlines() or [""]
    return lines[-1] if len(lines[-1]) <= 160 else f"{lines[-1][:160]} ..."


def without_pictures(error: CorruptFileError) -> str:
    """Return the line that says what a damaged file of arrays means for figures."""
    return f"{error}; its pictures are left out"


@dataclass
class TrialRecord:
    """Everything a finished trial writes: one row, its curves, its arrays for figures.

    Attributes:
        trial_id: hash of the resolved configuration and the seed.
        status: how it ended.
        method: name of the method.
        dataset: name of the dataset.
        data_source: ``real`` or ``procedural``; None if the data could not be had.
        seed: the trial's seed.
        params: resolved configuration, flat (``method.lr`` -> 1e-4); columns ``param.*``.
        metrics: final metrics by key; columns ``metric.*``.
        times: seconds by activity; columns ``time.*``.
        env: versions, commit, device, host; columns ``env.*``.
        error: the traceback of a failed trial, the reason of a diverged one, else None.
        curves: learning curves.
        arrays: arrays for figures, by name.
        model: the trained method as a file (``harness.trial.weights``); None where none is kept.
    """

    trial_id: str
    status: Status
    method: str
    dataset: str
    data_source: str | None
    seed: int
    params: dict[str, Any]
    metrics: dict[str, float] = field(default_factory=dict)
    times: dict[str, float] = field(default_factory=dict)
    env: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    curves: Curves = field(default_factory=Curves)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    model: bytes | None = None


@dataclass(frozen=True)
class Results:
    """A run directory, read.

    Attributes:
        trials: one row a finished trial (see ``TrialRecord`` for the columns).
        curves: ``trial_id, epoch, step, split, metric, value``; ids and names are categories.
        plan: one row a planned trial: ``trial_id, seed, config`` (JSON) and ``param.*``.
        sweep: the resolved sweep as it was written (``sweep.yaml``).
        problems: one line for each file that was torn, truncated or left out.
        location: the run directory, as given.
    """

    trials: pd.DataFrame
    curves: pd.DataFrame
    plan: pd.DataFrame
    sweep: dict[str, Any]
    problems: list[str]
    location: str

    @property
    def counts(self) -> dict[str, int]:
        """Number of trials: ``planned``, ``finished``, ``missing`` and each final status.

        Planned are as many as were asked for, also while a search has not suggested all of them.
        """
        by_status = self.trials["status"].value_counts()
        finished = len(self.trials)
        planned = max(len(self.plan), self.sweep.get("trials", 0))
        return {
            "planned": planned,
            "finished": finished,
            "missing": planned - finished,
            **{status: int(by_status.get(status, 0)) for status in FINAL_STATUSES},
        }

    @property
    def smoke(self) -> bool:
        """Whether the scale only shows that everything runs."""
        return str(self.sweep.get("scale") or "").startswith("smoke")

    def kept(self) -> list[str]:
        """Return the finished trials whose trained method was kept, in the order of the plan.

        A file without a row is what a killed worker left; it counts for nothing.
        """
        names = set(Storage(self.location).names("models"))
        return [id_ for id_ in self.trials["trial_id"] if Path(model_name(id_)).name in names]

    def model(self, trial_id: str) -> bytes:
        """Return the file with a trial's trained method.

        Raises:
            FileNotFoundError: it was not kept.
        """
        return Storage(self.location).read(model_name(trial_id))

    def artifact(self, trial_id: str) -> dict[str, np.ndarray]:
        """Return a trial's arrays for figures by name; none if it wrote none.

        Raises:
            CorruptFileError: the file is torn or altered; from now on ``problems`` tells of it.
        """
        try:
            return self._array_files.read(trial_id)
        except CorruptFileError as error:
            if (line := without_pictures(error)) not in self.problems:
                self.problems.append(line)
            raise

    @cached_property
    def _array_files(self) -> ArrayFiles:
        return ArrayFiles(Storage(self.location))
