"""What every test shares: a cache of its own, one torch thread, and who may run beside whom."""

from pathlib import Path

import pytest
import torch

from tests.helpers import real_data  # noqa: F401  reads UNBRAID_DATA before it is hidden

WITH_RAY = ("harness/execution", "test_earlier_version.py")
"""Tests that start Ray, which takes all processors: in parallel runs they follow one another."""


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in a hook of the same name
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests with Ray to one process (``--dist loadgroup``); the others may run beside them.

    Those of one file follow one another, too, so that what they share is made once.
    """
    here = Path(__file__).parent
    for item in items:
        path = item.path.relative_to(here).as_posix()
        if path.startswith(WITH_RAY):
            item.add_marker(pytest.mark.xdist_group("ray"))
        elif not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(path))


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
