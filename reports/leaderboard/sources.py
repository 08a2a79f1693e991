"""The run directories behind a board: their trials' arrays, configurations and learning curves."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from harness.errors import CorruptFileError
from harness.results import Results
from reports.layout.board.merging import run_labels

Arrays = Mapping[str, np.ndarray]


class Sources:
    """Run directories, asked for what a board does not hold.

    Attributes:
        runs: the run directories; of a trial that several hold the first that has it counts.
    """

    def __init__(self, runs: Sequence[Results]) -> None:
        self.runs = tuple(runs)
        self._known = [len(run.problems) for run in runs]
        self._arrays: dict[str, Arrays] = {}

    def artifact(self, trial_id: str) -> Arrays:
        """Return a trial's arrays for figures by name; none where it has none, or a torn file."""
        if trial_id not in self._arrays:
            found = (_arrays(run, trial_id) for run in self.runs)
            self._arrays[trial_id] = next(filter(None, found), {})
        return self._arrays[trial_id]

    def problems(self) -> list[str]:
        """Return a line for each torn file that was met since, beginning with its run directory."""
        return [
            f"{label}: {problem}"
            for label, run, known in zip(
                run_labels([run.location for run in self.runs]), self.runs, self._known, strict=True
            )
            for problem in run.problems[known:]
        ]

    def config(self, trial_id: str) -> dict[str, Any] | None:
        """Return a trial's configuration as it was planned; None where no plan holds it."""
        text = self._configs.get(trial_id)
        return json.loads(text) if text else None

    @cached_property
    def curves(self) -> pd.DataFrame:
        """The learning curves of all trials, each once."""
        frames: list[pd.DataFrame] = []
        seen: set[str] = set()
        for run in self.runs:
            frame = run.curves.astype({"trial_id": str, "split": str, "metric": str})
            frames.append(frame[~frame["trial_id"].isin(seen)])
            seen |= set(frame["trial_id"])
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def _configs(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for run in self.runs:
            if "config" in run.plan:
                for trial, config in zip(run.plan["trial_id"], run.plan["config"], strict=True):
                    found.setdefault(str(trial), str(config))
        return found


def _arrays(run: Results, trial_id: str) -> Arrays:
    try:
        return run.artifact(trial_id)
    except CorruptFileError:
        return {}
