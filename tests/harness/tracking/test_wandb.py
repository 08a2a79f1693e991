"""A W&B run directory holds what was told; skipped where its extra is not installed."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.tracking.wandb import WeightsAndBiases
from tests.harness.tracking.helpers.trackers import ENDING, TRIAL, curves
from tests.harness.tracking.helpers.wandb_file import records, values

pytest.importorskip("wandb", reason="needs W&B: pip install -e '.[wandb]'")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trial that an earlier session began, and this one told to its end."""
    folder = tmp_path_factory.mktemp("wandb")
    (folder / "wandb" / f"offline-run-20260101_120000-{TRIAL.trial_id}").mkdir(parents=True)
    (folder / "wandb" / "offline-run-20260101_120000-ba9876543210").mkdir()
    tracker = WeightsAndBiases(folder, "stability", "offline")
    tracker.start(TRIAL)
    tracker.points(TRIAL.trial_id, curves(3))
    tracker.end(TRIAL.trial_id, ENDING)
    tracker.close()
    return folder


def of_kind(folder: Path, kind: str) -> list[Any]:
    (path,) = folder.glob(f"wandb/offline-run-*/run-{TRIAL.trial_id}.wandb")
    return [getattr(r, kind) for r in records(path) if r.WhichOneof("record_type") == kind]


def test_the_run_is_the_trial(folder: Path) -> None:
    run = of_kind(folder, "run")[0]
    assert (run.run_id, run.display_name, run.project) == (TRIAL.trial_id, TRIAL.name, "stability")
    assert set(run.tags) == {"c_vitae", "digits"}
    config = values(run.config.update)
    assert config["method.lr"] == 1e-3
    assert config["method.widths"] == "[4, 2]"


def test_history_is_the_curves(folder: Path) -> None:
    *rows, last = [values(row.item) for row in of_kind(folder, "history")]
    assert (last["step"], last["final/elbo"]) == (24, -140.25)
    assert [row["train/loss"] for row in rows] == [8, 16, 24]
    assert [(row["epoch"], row["step"]) for row in rows] == [(1, 8), (2, 16), (3, 24)]
    assert [row.get("test/elbo") for row in rows] == [108, None, 124]
    assert np.isnan(float(rows[0]["test/kl"]))


def test_the_summary_is_the_final_metrics(folder: Path) -> None:
    summary: dict[str, Any] = {}
    for record in of_kind(folder, "summary"):
        summary |= values(record.update)
    assert summary["final/elbo"] == -140.25
    assert np.isnan(float(summary["final/kl"]))
    assert summary["final/mse"] == np.inf
    assert summary["status"] == "diverged"
    (exit_record,) = of_kind(folder, "exit")
    assert exit_record.exit_code == 0


def test_only_the_same_trial_of_an_earlier_session_is_cleared(folder: Path) -> None:
    left = {path.name.rpartition("-")[2] for path in folder.glob("wandb/offline-run-*")}
    assert left == {TRIAL.trial_id, "ba9876543210"}
    assert len([*folder.glob(f"wandb/offline-run-*-{TRIAL.trial_id}")]) == 1


def test_wandb_sync_would_upload_it(folder: Path) -> None:
    command = [sys.executable, "-m", "wandb", "sync", "--dry-run"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert TRIAL.trial_id in ran.stdout + ran.stderr
    assert ran.returncode == 0, ran.stderr
