"""Commands that are cleaned up after, and one sweep that nothing happened to."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.harness.execution.helpers.sweeps import SWEEP, TRIALS, Command, finished

Start = Callable[..., Command]


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A folder for Ray's sessions, which stay otherwise; its sockets allow only short paths."""
    folder = Path(tempfile.mkdtemp(prefix="ub-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory, short_folder: Path) -> Iterator[Start]:
    """Start a command; what is left of it is killed when the tests have ended."""
    logs = tmp_path_factory.mktemp("logs")
    # There may be a cluster around: without ray.address a sweep must not care.
    environment = {"TMPDIR": str(short_folder), "RAY_ADDRESS": "127.0.0.1:1"}
    started: list[Command] = []

    def start(*arguments: object, cwd: Path = logs) -> Command:
        log = logs / str(len(started))
        started.append(Command(*arguments, log=log, cwd=cwd, **environment))
        return started[-1]

    yield start
    for command in started:
        command.end()


@pytest.fixture
def start(commands: Start) -> Iterator[Start]:
    """Start a command; what is left of it is killed at the test's end."""
    started: list[Command] = []

    def remembered(*arguments: object, **options: Path) -> Command:
        started.append(commands(*arguments, **options))
        return started[-1]

    yield remembered
    for command in started:
        command.end()


@pytest.fixture(scope="session")
def control(commands: Start, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run directory of ``SWEEP``, which nothing disturbed."""
    run = tmp_path_factory.mktemp("control") / "run"
    command = commands(*SWEEP, f"run_dir={run}")
    assert command.wait() == 0, command.err
    assert len(finished(run)) == TRIALS
    return run


@pytest.fixture
def copy(control: Path, tmp_path: Path) -> Path:
    """A copy of the finished run to do harm to."""
    return Path(shutil.copytree(control, tmp_path / "run"))
