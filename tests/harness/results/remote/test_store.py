"""A run directory on an object store: as on a disk, also where requests fail."""

import pickle
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from harness.errors import CorruptFileError, UserError
from harness.results import RunDirectory, load
from harness.results.arrays.encoding import encode_archive, members
from harness.results.arrays.lost import lost_pictures
from harness.results.remote import retries
from harness.results.remote.address import complete, label_of
from harness.results.storage import Storage
from tests.harness.results.helpers import synthetic
from tests.helpers.object_store import Store


def use(location: str | Path) -> RunDirectory:
    """Do with a run all that a driver and its workers do."""
    run = synthetic.create(location, 12)
    with run.lock():
        for index in range(9):
            run.write(synthetic.record(index, points=8))
        assert run.compact(min_parts=2) == 9
        run.remove([synthetic.trial_id(0)])
        run.write(synthetic.record(10, points=8))
    return run


@pytest.mark.parametrize("share", [0.0, 0.05])
def test_a_run_is_as_on_a_disk(
    store: Store, tmp_path: Path, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.faults.share = share
    remote, local = use(store.uri(f"run{share}")), use(tmp_path / "run")
    storage = Storage(remote.location)
    name = f"part-{synthetic.trial_id(10)}.parquet"
    storage.write(f"curves/{name}", storage.read(f"curves/{name}")[:-9])
    assert len(load(remote.location).problems) == 1
    assert len(remote.verify()) == 1
    local.remove([synthetic.trial_id(10)])
    assert remote.finished() == local.finished()
    there, here = load(remote.location), load(local.location)
    pd.testing.assert_frame_equal(there.trials, here.trials)
    pd.testing.assert_frame_equal(there.curves, here.curves)
    assert there.artifact(synthetic.trial_id(1)).keys() == {"walk"}
    assert there.artifact(synthetic.trial_id(0)) == {}
    assert lost_pictures(there) == lost_pictures(here) == []
    assert Storage(remote.location).names("artifacts", ".zip")


def test_a_store_that_breaks_off_makes_no_file_torn(store: Store) -> None:
    """ZIP's reader takes what fails within a file for a file that is none."""
    storage = Storage(store.uri("within"))
    data = encode_archive({"a.npz": bytes(99), "b.npz": bytes(9)})
    storage.write("archive", data)
    storage.write("torn", data[50:-5])
    for skipped in (1, 2):
        asked: list[str] = []

        def away(method: str, path: str, skipped: int = skipped, asked: list[str] = asked) -> Any:
            asked.append(method)
            return 503 if skipped < len(asked) < skipped + 6 else None

        store.faults.refused = away
        found = storage.read_within("archive", lambda file: members(file, "archive", ".npz"))
        assert found == ["a.npz", "b.npz"]
        with pytest.raises(CorruptFileError, match="torn or altered"):
            storage.read_within("torn", lambda file: members(file, "torn", ".npz"))


def test_a_store_that_is_away_is_waited_for_and_said_so(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    storage = Storage(store.uri("away"))
    storage.write("a", b"old")

    said_so: list[float] = []

    def away(method: str, path: str) -> int | None:  # until the line; Arrow's client tries too
        said_so.extend(retries._away.values())
        return None if said_so else 503

    store.faults.refused = away
    storage.write("a", b"new")
    assert storage.read("a") == b"new"
    said = capsys.readouterr().err
    assert said.count("does not answer") == 1
    assert "s3://unbraid-test/away answers again after" in said


def test_patience_has_an_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "PATIENCE_S", 0.0)
    store.faults.refused = lambda method, path: 500
    with pytest.raises(UserError, match=r"cannot write s3://.*INTERNAL_FAILURE.*Check the network"):
        Storage(store.uri()).write("a", b"")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (403, r"cannot write s3://unbraid-test/run/a .*s3:PutObject"),
        (507, r"no room to write s3://unbraid-test/run/a .*Free some space or a quota"),
    ],
)
def test_what_stays_is_an_error_at_once(
    store: Store, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    storage = Storage(store.uri())
    storage.write("a", b"old")
    store.faults.refused = lambda method, path: status if method == "PUT" else None
    with pytest.raises(UserError, match=said) as caught:
        storage.write("a", b"new")
    with pytest.raises(UserError), RunDirectory(store.uri()).lock():
        raise AssertionError("work has begun")
    store.faults.refused = lambda method, path: None
    assert storage.read("a") == b"old"
    assert "planted" not in str(caught.value)
    assert "does not answer" not in capsys.readouterr().err


def test_there_is_no_such_bucket(store: Store) -> None:
    location = store.uri().replace("unbraid-test", "elsewhere")
    with pytest.raises(UserError, match="Create the bucket"):
        RunDirectory(location).create(synthetic.SWEEP, synthetic.plan(1), synthetic.COLUMNS)


def test_a_large_upload_that_fails_leaves_the_old_object(store: Store) -> None:
    storage = Storage(store.uri("large"))
    storage.write("model", b"old")
    parts = 0

    def second_part(method: str, path: str) -> int | None:
        nonlocal parts
        parts += method == "PUT"
        return 403 if method == "PUT" and parts > 1 else None

    store.faults.refused = second_part
    with pytest.raises(UserError, match="ACCESS_DENIED"):
        storage.write("model", bytes(25 << 20))
    store.faults.refused = lambda method, path: None
    assert storage.read("model") == b"old"


def test_keys_stand_in_no_address() -> None:
    with pytest.raises(UserError, match="has keys in it") as caught:
        Storage("s3://planted-key:planted/secret@bucket/run?scheme=http")
    assert "planted" not in str(caught.value)
    assert label_of("s3://key:se/cret@bucket/run?region=x") == "s3://bucket/run"
    assert label_of("s3://bucket/run@home") == "s3://bucket/run@home"


def test_the_environments_endpoint_travels_with_the_location(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{store.port}")
    Storage("s3://unbraid-test/env").write("a", b"1")
    location = complete("s3://unbraid-test/env")
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    assert Storage(location).read("a") == b"1"
    assert complete("runs/a") == "runs/a"
    assert complete(location) == location
    assert "planted" not in location


def test_a_directory_that_is_held_can_be_pickled(store: Store) -> None:
    run = synthetic.create(store.uri("pickled"), 2)
    with run.lock():
        again = pickle.loads(pickle.dumps(run))
    assert again.finished() == set()
