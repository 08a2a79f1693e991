"""What the driver hands to Tune, which pickles it again and again."""

import os
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.commands.running.run_missing import origin
from harness.config.sweep import resolve
from harness.data.cache import entry_file
from harness.data.dataset import Dataset, Split
from harness.execution import driver
from harness.execution.progress import Progress
from harness.results import RunDirectory


def test_a_dataset_is_no_part_of_what_tune_pickles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ray import cloudpickle

    sweep = resolve(["method=vae", "dataset=digits", "scale=smoke", "seeds=1", "keep=none"])
    images = np.zeros((1000, 1, 32, 32), np.uint8)
    dataset = Dataset("large", "real", Split(images), Split(images[:1]))
    handed: list[Any] = []
    monkeypatch.setattr(entry_file, "LARGE", 0)  # or it would go into Ray's object store
    monkeypatch.setattr(driver, "_trainable", lambda assignment, settings: assignment)
    monkeypatch.setattr(driver, "_fit", lambda *arguments: handed.extend(arguments))
    driver.run_trials(
        RunDirectory(str(tmp_path)),
        sweep.trials,
        {sweep.trials[0].dataset: dataset},
        sweep.settings,
        origin=origin(sweep.settings),
        at_once=1,
        progress=Progress(1, 0, {}, StringIO()),
    )
    monkeypatch.undo()
    assignment, *_, callbacks = handed
    assert list(assignment.fingerprints) == [sweep.trials[0].dataset]
    for thing in (assignment, callbacks):
        assert len(cloudpickle.dumps(thing)) < images.nbytes / 10


@pytest.mark.parametrize(
    ("given", "n", "seen"), [(None, 4, "4"), ("9", 4, "9"), (None, None, None)]
)
def test_tune_asks_ahead_where_it_is_told_to(
    given: str | None, n: int | None, seen: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "TUNE_MAX_PENDING_TRIALS_PG"
    if given:
        monkeypatch.setenv(name, given)
    with driver._asking_ahead(n):
        assert os.environ.get(name) == seen
    assert os.environ.get(name) == given
