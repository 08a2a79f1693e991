"""A working directory of its own for a command, and a finished run to point commands at."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from harness.cli import main
from tests.harness.datasets.helpers.idx_files import write_mnist


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, no data files known, and to begin a trial is an error.

    Ray's processes are not started: what is wrong with a method or with data is seen beside that.
    """
    from harness.commands.running import run_missing  # takes a second, which not all tests need

    def refuse(*args: object, **options: object) -> None:
        raise AssertionError("a trial was begun")

    monkeypatch.setattr(run_missing, "ray_session", lambda *_, **__: nullcontext())
    monkeypatch.setattr(run_missing, "run_trials", refuse)
    monkeypatch.setattr(run_missing, "slots", lambda *_: 1)
    folder = tmp_path / "workplace"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run directory of one trial: a VAE, one epoch on 30 random images."""
    folder = tmp_path_factory.mktemp("finished")
    write_mnist(folder / "data")
    data = ["dataset=mnist", f"data_root={folder / 'data'}"]
    scale = ["scale=smoke", "scale.epochs=1"]
    assert main(["train", "method=vae", *data, *scale, f"run_dir={folder / 'run'}"]) == 0
    return folder / "run"


@pytest.fixture(scope="session")
def session_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _cache_of_the_tests(session_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNBRAID_CACHE", str(session_cache))


@pytest.fixture
def no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache's folder cannot be made: it would be below a file."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path / "file" / "below"))
