"""Trials that are trained in one process and evaluated in another."""

import signal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from ray.exceptions import NodeDiedError, WorkerCrashedError

from harness.commands.running.run_directory import planned
from harness.config.schema import RaySettings
from harness.config.sweep import resolve
from harness.execution.assignment import Assignment
from harness.execution.callback import SweepCallback
from harness.execution.ends.deaths import Deaths
from harness.execution.evaluations import Evaluations, evaluate_trained
from harness.execution.progress import Progress
from harness.results import RunDirectory
from tests.harness.execution.conftest import Start
from tests.harness.execution.helpers.sweeps import finished, same_results
from tests.harness.execution.helpers.workers import assignment, worker

ONE = (
    *("method=vae", "dataset=digits", "scale=smoke", "scale.epochs=2", "seeds=1"),
    *("scale.train_limit=256", "scale.test_limit=32"),
)
SETTINGS = RaySettings(None, None, None, cpus_per_trial=1, gpus_per_trial=0.5, max_retries=1)


def trained(where: Path, **changes: Any) -> tuple[Assignment, str, list[dict[str, Any]]]:
    """Let a worker run one trial to its end; return its assignment, the id, and what it told."""
    sweep = resolve([*ONE, f"run_dir={where}"])
    (trial,) = sweep.trials
    with planned(sweep, []) as run:
        job = assignment(sweep, run, keep=True, **changes)
        at_work, told = worker(job, [trial.trial_id]), list[dict[str, Any]]()
        while not (result := at_work.step())["done"]:
            pass
        told += result["ended"]
    return job, trial.trial_id, told


def test_what_one_process_trains_another_evaluates_as_if_it_were_one(tmp_path: Path) -> None:
    run, control = tmp_path / "run", tmp_path / "control"
    job, trial_id, told = trained(run, hand_over=True)
    assert told == [{"trial_id": trial_id, "status": "trained"}]
    assert finished(run) == set()
    for _ in range(2):  # another session hands over what is trained, and trains nothing
        trained(run, hand_over=True)
    ended, notes = evaluate_trained(job, trial_id)
    assert (ended["status"], ended["kept"], notes) == ("ok", True, [])
    assert not list((run / "checkpoints").iterdir())
    _, _, (in_place,) = trained(control)
    assert in_place["metrics"] == ended["metrics"]
    same_results(run, control)
    name = f"models/{trial_id}.safetensors"
    assert (run / name).read_bytes() == (control / name).read_bytes()


def test_a_trial_whose_checkpoint_is_gone_is_not_trained_on_a_cpu(tmp_path: Path) -> None:
    job, trial_id, _ = trained(tmp_path / "run", hand_over=True)
    RunDirectory(tmp_path / "run").end_checkpoint(trial_id)
    assert evaluate_trained(job, trial_id) == ({"trial_id": trial_id, "status": "lost"}, [])
    assert finished(tmp_path / "run") == set()


class Tasks:
    """Ray's tasks, each of which ends as the next of these outcomes says."""

    def __init__(self, *outcomes: Any) -> None:
        self.outcomes, self.begun = list(outcomes), list[str]()

    def put(self, job: Any) -> Any:
        return job

    def remote(self, **how: Any) -> Any:
        assert how == {"num_cpus": 1, "num_gpus": 0, "max_retries": 0}
        return lambda function: self._Task(self)

    class _Task:
        def __init__(self, tasks: "Tasks") -> None:
            self.tasks = tasks

        def remote(self, job: Any, trial_id: str) -> int:
            self.tasks.begun.append(trial_id)
            return len(self.tasks.begun)

    def wait(self, running: list[int], *, num_returns: int, timeout: float) -> Any:
        return running, []

    def get(self, reference: int) -> Any:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome, ["a line"]


@pytest.mark.parametrize(
    ("outcomes", "status", "attempts"),
    [
        ([{"trial_id": "a", "status": "ok"}], "ok", 1),
        ([WorkerCrashedError(), {"trial_id": "a", "status": "ok"}], "ok", 2),
        ([NodeDiedError("gone")] * 5 + [{"trial_id": "a", "status": "ok"}], "ok", 6),
        ([WorkerCrashedError(), NodeDiedError("gone"), WorkerCrashedError()], "failed", 3),
        ([{"trial_id": "a", "status": "lost"}], "failed", 1),
    ],
    ids=["well", "crash", "machines", "crashes", "lost"],
)
def test_an_evaluation_is_tried_again_as_training_is(
    outcomes: list[Any], status: str, attempts: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ray

    tasks = Tasks(*outcomes)
    for name in ("put", "remote", "wait", "get"):
        monkeypatch.setattr(ray, name, getattr(tasks, name))
    run = RunDirectory(tmp_path)
    progress = Progress(1, 0, {"a": "trial a"}, StringIO())
    ends, given_up = list[tuple[str, str]](), list[str]()
    causes = Deaths(alone=True)
    callback = SweepCallback(
        run,
        progress,
        lambda trial_id, n, reason: given_up.append(reason),
        lambda trial_id, status, metrics, curves: ends.append((trial_id, status)),
        causes=causes,
        evaluations=Evaluations(None, run, SETTINGS, causes),  # type: ignore[arg-type]
        retries=1,
    )
    callback._note_end("a", "trained")
    callback._note_end("a", "trained")  # its worker died and handed it over again
    while callback.note_evaluations():
        pass
    assert tasks.begun == ["a"] * attempts
    assert ends == [("a", status)]
    assert len(given_up) == (status == "failed")
    assert progress.statuses == ({"ok": 1} if status == "ok" else {})


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


@pytest.mark.slow  # three sessions
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
