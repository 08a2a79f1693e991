"""An object store on this machine, and patience in seconds instead of minutes."""

from collections.abc import Iterator

import pytest

from harness.results.remote import lease, retries
from tests.helpers import object_store
from tests.helpers.object_store import CREDENTIALS, Store


@pytest.fixture(scope="session")
def server() -> Iterator[Store]:
    with object_store.serving() as store:
        yield store


@pytest.fixture
def store(server: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store without faults, and with what else a process needs to reach it."""
    object_store.make_bucket(server.port)  # who mocks AWS in this process clears all of moto
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(retries, "FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr(lease, "RENEW_S", 0.2)
    monkeypatch.setattr(lease, "STALE_S", 1.5)
    server.faults.seen.clear()
    yield server
    server.faults.share = 0.0
    server.faults.refused = lambda method, path: None
