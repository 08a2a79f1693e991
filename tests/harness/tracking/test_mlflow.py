"""MLflow's own search finds the runs; skipped where its extra is not installed."""

from pathlib import Path

import numpy as np
import pytest

from harness.tracking.mlflow import MLflow
from harness.tracking.tracker import Ending
from tests.harness.tracking.helpers.trackers import ENDING, TRIAL, curves

mlflow = pytest.importorskip("mlflow", reason="needs MLflow: pip install -e '.[mlflow]'")


def write(folder: Path, epochs: int = 3) -> str:
    uri = folder.as_uri()
    tracker = MLflow(uri, "stability")
    tracker.start(TRIAL)
    tracker.points(TRIAL.trial_id, curves(epochs))
    tracker.end(TRIAL.trial_id, ENDING)
    tracker.close()
    mlflow.set_tracking_uri(uri)
    return uri


def test_search_runs_finds_a_run_a_trial(tmp_path: Path) -> None:
    write(tmp_path)
    (row,) = mlflow.search_runs(experiment_names=["stability"]).to_dict("records")
    assert row["tags.unbraid.trial_id"] == TRIAL.trial_id
    assert row["tags.mlflow.runName"] == TRIAL.name
    assert (row["status"], row["tags.status"]) == ("FINISHED", "diverged")
    assert row["params.method.lr"] == "0.001"
    assert row["params.method.widths"] == "[4, 2]"
    assert row["metrics.final/elbo"] == -140.25
    assert np.isnan(row["metrics.final/kl"])
    assert row["metrics.final/mse"] == np.inf
    assert row["metrics.test/elbo"] == 124


def test_curves_have_their_steps(tmp_path: Path) -> None:
    uri = write(tmp_path)
    (run,) = mlflow.search_runs(experiment_names=["stability"], output_format="list")
    history = mlflow.MlflowClient(uri).get_metric_history(run.info.run_id, "train/loss")
    assert [(point.step, point.value) for point in history] == [(8, 8), (16, 16), (24, 24)]


def test_a_later_session_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    write(tmp_path, epochs=1)
    write(tmp_path, epochs=3)
    (row,) = mlflow.search_runs(experiment_names=["stability"]).to_dict("records")
    assert row["metrics.test/elbo"] == 124


@pytest.mark.parametrize(("status", "shown"), [("failed", "FAILED"), ("killed", "KILLED")])
def test_what_went_wrong_is_shown(tmp_path: Path, status: str, shown: str) -> None:
    tracker = MLflow(tmp_path.as_uri(), "stability")
    tracker.start(TRIAL)
    tracker.end(TRIAL.trial_id, Ending(status, {}))
    mlflow.set_tracking_uri(tmp_path.as_uri())
    (row,) = mlflow.search_runs(experiment_names=["stability"]).to_dict("records")
    assert row["status"] == shown
