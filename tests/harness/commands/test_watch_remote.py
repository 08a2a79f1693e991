"""Who drives a sweep in an object store, as one who only watches sees it."""

import pytest

from harness.commands.running import watched
from harness.commands.running.watched import Watched
from harness.results.remote.lease import Lease
from harness.results.storage import Storage
from tests.harness.results.helpers import synthetic
from tests.helpers import object_store
from tests.helpers.object_store import CREDENTIALS


def test_a_driver_lives_while_its_lease_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with object_store.serving("unbraid-watched") as store:
        run = synthetic.create(store.uri(), 2)
        seen = Watched(run.location)
        seen.look()
        assert seen.driven is None
        lease = Lease(Storage(run.location))
        lease.take()
        seen.look()
        lease._write(held=True)
        seen.look()
        assert seen.driven is True
        assert seen.driver.startswith("process ")
        seen._alive -= watched.STARTING_S + 1
        seen.look()
        assert seen.driven is True, "another driver may be watching the dead one's lease"
        lease.give_back()
        seen.look()
        assert seen.driven is True, "who took over from a dead driver has no lease for a moment"
        seen._alive -= watched.STARTING_S + 1
        seen.look()
        assert seen.driven is False
