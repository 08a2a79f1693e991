"""Whatever a trial's code sets for its whole process is as it was for the next trial."""

import gc
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from harness.trial.global_state import STATES, GlobalState

CHANGES: dict[str, Callable[[], object]] = {
    "default dtype": lambda: torch.set_default_dtype(torch.float64),
    "default device": lambda: torch.set_default_device("meta"),
    "threads": lambda: torch.set_num_threads(torch.get_num_threads() + 1),
    "deterministic algorithms": lambda: torch.use_deterministic_algorithms(True, warn_only=True),
    "cuDNN": lambda: setattr(torch.backends.cudnn, "deterministic", True),
    "matmul precision": lambda: torch.set_float32_matmul_precision("medium"),
    "gradients": lambda: torch.set_grad_enabled(False),
    "anomalies": lambda: torch.autograd.set_detect_anomaly(True),
    "NumPy's errors": lambda: np.seterr(all="raise"),
    "warnings": lambda: warnings.simplefilter("error"),
    "environment": lambda: os.environ.update(UNBRAID_TEST="1", PATH="/nowhere"),
    "working directory": lambda: os.chdir("/"),
    "import path": lambda: sys.path.insert(0, "/nowhere"),
    "recursion limit": lambda: sys.setrecursionlimit(5000),
    "garbage collection": gc.disable,
}


@pytest.fixture(autouse=True)
def other_tests_feel_nothing() -> Iterator[None]:
    state = GlobalState()
    yield
    state.restore()


def test_every_state_has_a_change() -> None:
    assert CHANGES.keys() == STATES.keys()


@pytest.mark.parametrize("name", CHANGES)
def test_it_is_set_back(name: str) -> None:
    read, _ = STATES[name]
    state, before = GlobalState(), read()
    CHANGES[name]()
    assert read() != before, "the test changes nothing"
    state.restore()
    assert read() == before


def test_all_at_once_and_nothing_is_left_of_it() -> None:
    state = GlobalState()
    for change in CHANGES.values():
        change()
    state.restore()
    assert {name: read() for name, (read, _) in STATES.items()} == state._values
    assert "UNBRAID_TEST" not in os.environ
    assert torch.ones(2).device.type == "cpu"
    warnings.warn("no error any more", UserWarning, stacklevel=1)


def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    state, before = GlobalState(), Path.cwd()
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    state.restore()
    assert Path.cwd() == before
