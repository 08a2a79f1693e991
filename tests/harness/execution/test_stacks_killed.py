"""A sweep of stacks whose worker and driver are killed ends as its trials do alone."""

import signal
from pathlib import Path

import numpy as np
import pytest

from harness.results import load
from tests.harness.execution.conftest import Start
from tests.harness.execution.helpers.sweeps import finished

SWEEP = (
    *("sweep", "method=vae", "dataset=digits", "method.lr=choice(1e-4,3e-4,1e-3)", "seeds=4"),
    *("scale=smoke", "scale.epochs=60", "metrics=[elbo]", "checkpoint_s=0.3", "ray.num_cpus=2"),
)
TRIALS, SIZE = 12, 3


def checkpoints(run: Path) -> set[str]:
    """The trials that would go on from somewhere."""
    return {file.stem for file in (run / "checkpoints").glob("*.safetensors")}


@pytest.mark.timeout(600)
def test_trials_go_on_in_other_stacks_and_end_as_they_do_alone(
    start: Start, tmp_path: Path
) -> None:
    alone, run = tmp_path / "alone", tmp_path / "run"
    command = start(*SWEEP, f"run_dir={alone}")
    assert command.wait() == 0, command.err

    command = start(*SWEEP, f"ray.stack={SIZE}", f"run_dir={run}")
    command.until(lambda: len(checkpoints(run)) >= SIZE and command.workers())
    command.workers()[0].kill()
    done = len(finished(run))
    command.until(lambda: len(finished(run)) > done and checkpoints(run) - finished(run))
    command.kill(signal.SIGKILL)
    kept = finished(run)
    assert len(kept) < TRIALS
    assert checkpoints(run) - kept, "some have begun"

    command = start("resume", run, f"ray.stack={SIZE + 1}")
    assert command.wait() == 0, command.err
    assert f"{TRIALS} of {TRIALS} trials finished: {TRIALS} ok" in command.out
    assert not checkpoints(run)
    stacked, expected = load(run), load(alone)
    assert stacked.problems == []
    rows, others = (r.trials.set_index("trial_id").sort_index() for r in (stacked, expected))
    assert list(rows.index) == list(others.index)
    assert set(rows["env.stack"]) > {SIZE}, "those of both sessions"
    # Sums of another order: where a code begins to be used, a last digit grows to 5e-4 of an ELBO
    # and shrinks again, in stacks that nobody killed as well. Another seed's batches make 1e-2.
    np.testing.assert_allclose(rows["metric.elbo"], others["metric.elbo"], rtol=1e-3)
    keys = ["trial_id", "epoch", "split", "metric"]
    curves, theirs = (r.curves.sort_values(keys) for r in (stacked, expected))
    assert curves[keys].to_numpy().tolist() == theirs[keys].to_numpy().tolist()
    bounds = [frame.loc[frame["metric"] == "elbo", "value"] for frame in (curves, theirs)]
    np.testing.assert_allclose(*bounds, rtol=1e-3)
