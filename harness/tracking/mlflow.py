"""MLflow: a run a trial, in a store of files or wherever a tracking URI leads."""

import os
import time
from collections.abc import Mapping
from itertools import islice
from typing import Any

from harness.results import Curves
from harness.tracking.tracker import Ending, Tracked, by_step

TRIAL_ID = "unbraid.trial_id"
"""The tag by which a trial's run is found again."""

AT_ONCE = 100
"""Most parameters that MLflow takes in one request; of metrics it takes more."""

LONGEST = 6000
"""Most characters of a parameter's value."""

_STATUSES = {"failed": "FAILED", "killed": "KILLED"}


class MLflow:
    """Writes an experiment with a run a trial.

    Its parameters are the configuration, its metrics the curves (``test/elbo`` at each training
    step) and the final metrics (``final/elbo``), its tags trial id, method, dataset, and how it
    ended.

    Args:
        uri: where the experiments are: ``file:///...``, ``sqlite:///...`` or ``http://...``.
        experiment: the experiment's name.
    """

    def __init__(self, uri: str, experiment: str) -> None:
        if uri.startswith("file:"):  # MLflow 3 wants to be told that files are meant
            os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
        from mlflow import MlflowClient

        self._client: Any = MlflowClient(tracking_uri=uri)
        found = self._client.get_experiment_by_name(experiment)
        self._experiment = (
            found.experiment_id if found else self._client.create_experiment(experiment)
        )
        self._runs: dict[str, str] = {}
        self._steps: dict[str, int] = {}
        self._earlier = self._find_earlier() if found else {}

    def start(self, trial: Tracked) -> None:
        """Create its run, in the place of earlier ones."""
        from mlflow.entities import Param

        for earlier in self._earlier.pop(trial.trial_id, ()):
            self._client.delete_run(earlier)
        tags = {TRIAL_ID: trial.trial_id, "method": trial.method, "dataset": trial.dataset}
        run = self._client.create_run(self._experiment, tags=tags, run_name=trial.name)
        self._runs[trial.trial_id], self._steps[trial.trial_id] = run.info.run_id, 0
        params = iter([Param(key, _text(value)) for key, value in trial.settings.items()])
        while some := list(islice(params, AT_ONCE)):
            self._client.log_batch(run.info.run_id, params=some)

    def points(self, trial_id: str, curves: Curves) -> None:
        """Add metrics with their steps."""
        for _, step, values in by_step(curves):
            self._steps[trial_id] = step
            self._log(trial_id, values)

    def end(self, trial_id: str, ending: Ending) -> None:
        """Add the final metrics and say how it ended."""
        self._log(trial_id, ending.final)
        run = self._runs.pop(trial_id)
        self._client.set_tag(run, "status", ending.status)
        self._client.set_terminated(run, _STATUSES.get(str(ending.status), "FINISHED"))

    def close(self) -> None:
        """Everything is written already."""

    def _log(self, trial_id: str, values: Mapping[str, float]) -> None:
        from mlflow.entities import Metric

        now = int(1000 * time.time())
        metrics = [Metric(key, value, now, self._steps[trial_id]) for key, value in values.items()]
        self._client.log_batch(self._runs[trial_id], metrics=metrics)

    def _find_earlier(self) -> dict[str, list[str]]:
        """Return the runs of earlier sessions by trial."""
        earlier: dict[str, list[str]] = {}
        token = None
        while True:
            page = self._client.search_runs([self._experiment], max_results=1000, page_token=token)
            for run in page:
                if trial_id := run.data.tags.get(TRIAL_ID):
                    earlier.setdefault(trial_id, []).append(run.info.run_id)
            token = page.token
            if not token:
                return earlier


def _text(value: object) -> str:
    return str(value)[:LONGEST]
