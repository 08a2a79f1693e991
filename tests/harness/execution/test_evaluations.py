"""Trials that are trained in one process and evaluated in another."""

import signal
from pathlib import Path

import pytest

from tests.harness.execution.conftest import Start
from tests.harness.execution.helpers.sweeps import finished, same_results

METRIC = '''
import os, signal, time
from pathlib import Path

from harness.metrics.metric import MetricKey, metric

HERE = Path(__file__).parent


@metric(keys=[MetricKey("patience", "patience", "none", "", "[0, 1]", "1")])
def patience(method, data):
    """A metric that waits until it is let go, and dies once."""
    (HERE / f"evaluated-by-{os.getpid()}").touch()
    if (HERE / "dies").exists():
        (HERE / "dies").unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    while not (HERE / "go").exists():
        time.sleep(0.05)
    return {"patience": 1.0}
'''

SWEEP = (
    *("sweep", "method=vae", "dataset=digits", "scale=smoke", "seeds=2", "ray.num_cpus=2"),
    *("metrics=[elbo,metrics_of_mine.patience]", "keep=all"),
)


@pytest.mark.timeout(900)
def test_evaluations_apart_from_training_write_the_same_rows_also_after_kills(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "metrics_of_mine.py").write_text(METRIC)
    run, control = tmp_path / "run", tmp_path / "control"
    apart = start(*SWEEP, "ray.evaluate_on_cpu=true", f"run_dir={run}", cwd=tmp_path)
    evaluated = lambda: list(tmp_path.glob("evaluated-by-*"))  # noqa: E731
    apart.until(lambda: len(evaluated()) == 2)  # both are trained, and one evaluates each
    assert finished(run) == set()
    assert len(list((run / "checkpoints").iterdir())) == 2
    assert apart.kill(signal.SIGKILL) == -signal.SIGKILL
    trained = {file.name: file.stat().st_mtime_ns for file in (run / "checkpoints").iterdir()}
    apart.end()

    (tmp_path / "dies").touch()
    (tmp_path / "go").touch()
    again = start("resume", run, cwd=tmp_path)
    again.until(lambda: len(finished(run)) == 1 or again.process.poll() is not None)
    left = {file.name: file.stat().st_mtime_ns for file in (run / "checkpoints").iterdir()}
    assert left.items() <= trained.items(), "a trial was trained again"
    assert again.wait() == 0, again.err
    assert "a worker died; started again" in again.out
    assert not list((run / "checkpoints").iterdir())
    in_place = start(*SWEEP, f"run_dir={control}", cwd=tmp_path)
    assert in_place.wait() == 0, in_place.err
    same_results(run, control)
    for model in (control / "models").iterdir():
        assert (run / "models" / model.name).read_bytes() == model.read_bytes()
