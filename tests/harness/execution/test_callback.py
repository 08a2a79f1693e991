"""What the driver notes of trials whose worker dies between writing them and telling of it."""

from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.commands.running.run_directory import planned
from harness.config.sweep import resolve
from harness.execution.callback import SweepCallback
from harness.execution.ends.deaths import Deaths
from harness.execution.progress import Progress
from tests.harness.execution.helpers.workers import assignment, worker

SWEEP = (
    *("method=vae", "dataset=digits", "scale=smoke", "scale.train_limit=96", "scale.epochs=1"),
    *("scale.test_limit=32", "seeds=3", "metrics=[elbo]"),
)


@pytest.mark.parametrize("retries", [0, 1])
def test_what_a_dead_worker_has_written_is_counted_and_told(retries: int, tmp_path: Path) -> None:
    sweep = resolve([*SWEEP, f"run_dir={tmp_path / 'run'}"])
    told: dict[str, tuple[str, dict[str, float]]] = {}
    given_up: list[str] = []
    with planned(sweep, []) as run:
        ids = [trial.trial_id for trial in sweep.trials]
        at_work = worker(assignment(sweep, run), ids[:2])
        while not (said := at_work.step())["done"]:
            pass
        progress = Progress(3, 0, dict(zip(ids, ids, strict=True)), StringIO())
        callback = SweepCallback(
            run,
            progress,
            lambda trial_id, *_: given_up.append(trial_id),
            lambda trial_id, status, metrics, _: told.update({trial_id: (status, metrics)}),
            causes=Deaths(alone=True),
            retries=retries,
        )
        (tmp_path / "error").write_text("Failure #1 (occurred at noon)\nThe worker died.\n")
        trial: Any = SimpleNamespace(
            trial_id="tune's",
            config={"trial_ids": ids},
            error_file=tmp_path / "error",
            num_failures=1,
        )
        callback.on_trial_recover(trial=trial)
        written = {end["trial_id"]: ("ok", end["metrics"]) for end in said["ended"]}
        assert written.keys() == {*ids[:2]}
        if retries:
            assert told == written
            assert progress.finished == 2
            assert trial.config["ended"] == sorted(ids[:2])
        else:
            assert told == {**written, ids[2]: ("failed", {})}
            assert given_up == [ids[2]]
        callback.on_trial_recover(trial=trial)
        assert progress.finished == 2, "each is counted once"
