"""One driver at a time on an object store, whatever the clocks say."""

import threading
import time

import pytest

from harness.errors import UserError
from harness.results import RunDirectory
from harness.results.remote import lease
from harness.results.remote.lease import LEASES, Lease, leased
from harness.results.storage import Storage
from tests.harness.results.helpers import synthetic
from tests.helpers.object_store import Store


def test_the_second_driver_is_refused_and_the_third_comes_after_the_first(store: Store) -> None:
    run = synthetic.create(store.uri("two"), 2)
    with run.lock():
        said = r"s3://.*/two is in use by process \d+ on "
        with pytest.raises(UserError, match=said), RunDirectory(run.location).lock():
            raise AssertionError
    with RunDirectory(run.location).lock():
        pass
    assert Storage(run.location).names(LEASES) == []


def test_a_killed_drivers_lease_is_waited_out(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    storage = Storage(store.uri("killed"))
    Lease(storage).take()  # and nothing renews it
    began = time.monotonic()
    with leased(storage):
        assert time.monotonic() - began >= lease.STALE_S
    assert "watching for up to 1.5 s whether that driver lives" in capsys.readouterr().err


def test_who_was_cut_off_must_stop(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = Storage(store.uri("cut-off"))
    first = Lease(storage)
    first.take()
    first.require_held()
    with leased(storage) as second:
        monkeypatch.setattr(first, "_renewed", first._renewed - 60)
        with pytest.raises(UserError, match="was taken over by process"):
            first.require_held()
        second.require_held()
        first._write(held=True)  # what was on its way when it was cut off
        assert first._rival().startswith("process")
        assert second._rival() == ""
    first.give_back()


def test_a_driver_that_was_cut_off_goes_on_if_nobody_came(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = Lease(Storage(store.uri("alone")))
    only.take()
    monkeypatch.setattr(only, "_renewed", only._renewed - 60)
    only.require_held()
    assert only._renewals == 3


def test_of_many_at_the_same_moment_never_two_hold(store: Store) -> None:
    storage = Storage(store.uri("many"))
    barrier = threading.Barrier(4)
    holding, most, refused = 0, 0, 0
    count = threading.Lock()

    def drive() -> None:
        nonlocal holding, most, refused
        barrier.wait()
        try:
            with leased(storage):
                with count:
                    holding += 1
                    most = max(most, holding)
                time.sleep(3)
                with count:
                    holding -= 1
        except UserError:
            with count:
                refused += 1

    threads = [threading.Thread(target=drive) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert refused >= 1


def test_a_damaged_claim_is_none(store: Store) -> None:
    storage = Storage(store.uri("damaged"))
    storage.write(f"{LEASES}/x.json", b"[1")
    with leased(storage):
        pass
