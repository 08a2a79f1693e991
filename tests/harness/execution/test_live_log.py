"""Trackers see the trials of a sweep while it runs, and change nothing in its results."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from harness.results import load
from tests.harness.execution.conftest import Start
from tests.harness.execution.helpers.sweeps import SWEEP, same_results

LOG = "log=[tensorboard]"
HALVED = (
    *("sweep", "method=vae", "dataset=digits", "method.beta=choice(1,8,64)", "seeds=2"),
    *("scale=smoke", "scale.epochs=6", "ray.num_cpus=2", "scheduler=asha"),
    *("scheduler.grace_epochs=1", "scheduler.reduction_factor=2"),
)


def logged(folder: Path) -> pd.DataFrame:
    """Return all scalars of event files: ``trial_id, metric, step, value``."""
    rows = []
    for trial in sorted(folder.iterdir()):
        events = EventAccumulator(str(trial), size_guidance={"scalars": 0})
        events.Reload()
        rows += [
            (trial.name, name, event.step, event.value)
            for name in events.Tags()["scalars"]
            for event in events.Scalars(name)
        ]
    return pd.DataFrame(rows, columns=["trial_id", "metric", "step", "value"])


def same_curves(run: Path, folder: Path) -> None:
    """Fail unless event files hold exactly the curves of a run, and its final metrics."""
    results, events = load(run), logged(folder)
    final = events["metric"].str.startswith("final/")
    curves = results.curves.astype({"trial_id": str, "split": str, "metric": str})
    curves["metric"] = curves["split"] + "/" + curves["metric"]
    curves["value"] = curves["value"].astype(np.float32).astype(float)
    key = ["trial_id", "metric", "step"]
    pd.testing.assert_frame_equal(
        events[~final].sort_values(key, ignore_index=True),
        curves[[*key, "value"]].sort_values(key, ignore_index=True),
        check_exact=True,
    )
    elbo = events[events["metric"] == "final/elbo"].set_index("trial_id")["value"]
    ok = results.trials[results.trials["status"] == "ok"].set_index("trial_id")["metric.elbo"]
    assert elbo.to_dict() == ok.astype(np.float32).astype(float).to_dict()


@pytest.mark.slow  # two sweeps
def test_logging_changes_no_bit_of_the_results(start: Start, control: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    sweep = start(*SWEEP, LOG, f"run_dir={run}")
    assert sweep.wait() == 0, sweep.err
    assert sweep.err == ""
    same_results(run, control)
    same_curves(run, run / "logs" / "tensorboard")


@pytest.mark.slow  # the other test of this file has sweeps too
def test_seeds_that_train_in_turns_are_told_apart_and_pruned_ones_too(
    start: Start, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    sweep = start(*HALVED, LOG, f"run_dir={run}", f"log_dir={tmp_path / 'logs'}")
    assert sweep.wait() == 0, sweep.err
    assert load(run).counts["pruned"] >= 2
    same_curves(run, tmp_path / "logs" / "tensorboard")
    assert not (run / "logs").exists()


@pytest.mark.slow
def test_a_tracker_without_room_loses_no_trial(start: Start, control: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    run = tmp_path / "run"
    sweep = start(*SWEEP, LOG, f"run_dir={run}", f"log_dir={tmp_path / 'file' / 'logs'}")
    assert sweep.wait() == 0, sweep.err
    assert sweep.out.count("log=[tensorboard] failed and is left out from here on") == 1
    assert f"unbraid export {run} --format tensorboard" in sweep.out
    assert "Traceback" not in sweep.out + sweep.err
    same_results(run, control)
