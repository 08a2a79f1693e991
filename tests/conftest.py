"""What every test shares: a cache of its own, one torch thread, and who may run beside whom."""

from typing import Any

import pytest
import torch

from tests.helpers import real_data  # noqa: F401  reads UNBRAID_DATA before it is hidden

WITH_RAY = (
    "harness/execution",
    "harness/cluster/test_jobs.py",
    "docs/test_leaderboard.py",
    "docs/test_models.py",
    "docs/test_python.py",
    "cluster",
    "test_earlier_version.py",
)
"""Tests that start Ray, which takes all processors: in parallel runs they follow one another."""
SHARED = ("reports/leaderboard",)
"""Rooms whose files share what their ``conftest.py`` makes."""


def process_of(nodeid: str) -> str:
    """Return what the tests of one process of a parallel run have in common."""
    path = nodeid.partition("::")[0].removeprefix("tests/")
    if path.startswith(WITH_RAY):
        return "ray"
    return next((room for room in SHARED if path.startswith(room)), path)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give tests with Ray to one process; those of a file follow one another, too.

    So what a file's tests share is made once. pytest-xdist 3.8 could do it by ``xdist_group``, but
    not beside pytest 9, where it cannot write a test's group into its name.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return process_of(nodeid)

    return ByFile(config, log)


@pytest.fixture(autouse=True, scope="session")
def _own_cache_no_data(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the user's cache and data out of the tests; ``real_data`` hands the data out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("UNBRAID_DATA", raising=False)
        patch.setenv("UNBRAID_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    """One thread, as a trial has it: bit-identical results need the same number."""
    torch.set_num_threads(1)
