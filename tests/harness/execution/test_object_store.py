"""Sweeps whose results lie in an object store, which fails, and is away for a while."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.results import RunDirectory, load
from tests.harness.execution.conftest import Start
from tests.harness.execution.helpers.sweeps import SWEEP, TRIALS, same_results, scores
from tests.helpers import object_store
from tests.helpers.object_store import CREDENTIALS, Store

BUCKET = "unbraid-sweeps"
LONGER = (*SWEEP, "scale.epochs=40")
"""Long enough for another command to come while it runs."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with object_store.serving(BUCKET) as serving:
        yield serving


@pytest.fixture(scope="module")
def longer(commands: Start, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run directory of ``LONGER``, which nothing disturbed."""
    run = tmp_path_factory.mktemp("longer") / "run"
    command = commands(*LONGER, f"run_dir={run}")
    assert command.wait() == 0, command.err
    return run


def finished(location: str) -> int:
    return len(RunDirectory(location).finished())


def nothing_leaks(*texts: str) -> None:
    for text in texts:
        assert not [
            secret
            for secret in CREDENTIALS.values()
            if secret.startswith("planted") and secret in text
        ]


@pytest.mark.parametrize("share", [0.0, 0.05])
def test_killed_and_resumed_it_ends_as_one_on_a_disk_left_alone(
    start: Start, longer: Path, store: Store, share: float
) -> None:
    store.faults.share = share
    location = store.uri()
    first = start(*LONGER, f"run_dir={location}")
    first.until(lambda: finished(location) >= 2)
    assert first.kill(signal.SIGKILL) == -signal.SIGKILL
    first.end()
    n, began = finished(location), time.monotonic()
    assert n < TRIALS
    third = start("resume", location, "ray.num_cpus=2")
    watch = start("watch", location, "--every", "1")
    assert third.wait() == 0, third.err
    assert "whether that driver lives" in third.err
    assert watch.wait() == 0, watch.err
    assert f"[{TRIALS}/{TRIALS}] {TRIALS} ok" in watch.out
    print(f"share {share}: {n} finished when killed, {time.monotonic() - began:.0f} s to the end")
    store.faults.share = 0.0
    same_results(location, longer)
    sweep_yaml = RunDirectory(location)._storage.read("sweep.yaml").decode()
    nothing_leaks(*(text for c in (first, third, watch) for text in (c.out, c.err)))
    nothing_leaks(sweep_yaml)


def test_a_second_driver_is_refused(start: Start, store: Store) -> None:
    location = store.uri()
    first = start(*LONGER, "seeds=8", f"run_dir={location}")
    first.until(lambda: finished(location) >= 1)
    second = start("resume", location)
    assert second.wait() == 2
    assert f"s3://{BUCKET}/run is in use by process" in second.err
    first.kill(signal.SIGINT)


def test_away_for_a_while_in_the_middle(start: Start, longer: Path, store: Store) -> None:
    location = store.uri()
    sweep = start(*LONGER, f"run_dir={location}")
    sweep.until(lambda: finished(location) >= 3)
    store.faults.refused = lambda method, path: 503
    time.sleep(45)  # longer than what the store's own client waits, and than a lease lives
    store.faults.refused = lambda method, path: None
    assert sweep.wait() == 0, sweep.err
    assert "does not answer" in sweep.err
    assert "answers again after" in sweep.err
    same_results(location, longer)


def test_forbidden_in_the_middle_ends_it_with_the_remedy(
    start: Start, longer: Path, store: Store
) -> None:
    location = store.uri()
    sweep = start(*LONGER, f"run_dir={location}")
    sweep.until(lambda: finished(location) >= 3)
    store.faults.refused = lambda method, path: 507 if method == "PUT" else None
    assert sweep.wait() == 2
    assert f"no room to write s3://{BUCKET}/run" in sweep.err
    store.faults.refused = lambda method, path: None
    assert start("resume", location, "ray.num_cpus=2").wait() == 0
    same_results(location, longer)


def test_every_command_reads_it(
    start: Start, control: Path, copy: Path, store: Store, tmp_path: Path
) -> None:
    location = store.uri()
    storage = RunDirectory(location)._storage
    for file in (path for path in copy.rglob("*") if path.is_file() and path.name != ".lock"):
        storage.write(file.relative_to(copy).as_posix(), file.read_bytes())

    def succeeds(*arguments: object) -> str:
        command = start(*arguments, cwd=tmp_path)
        assert command.wait() == 0, (arguments, command.out, command.err)
        nothing_leaks(command.out, command.err)
        return command.out

    assert f"finished  {TRIALS:>6}" in succeeds("status", location)
    assert f"[{TRIALS}/{TRIALS}]" in succeeds("watch", location)
    assert f"{TRIALS} trials planned, {TRIALS} have a whole row" in succeeds("doctor", location)
    succeeds("report", location, "--out", tmp_path / "report.html")
    succeeds("leaderboard", control, location, "--out", tmp_path / "board.html")
    succeeds("compare", control, location)
    succeeds("export", location, "--format", "csv", "--out", tmp_path / "rows.csv")
    assert len((tmp_path / "rows.csv").read_text().splitlines()) == TRIALS + 1
    succeeds("evaluate", location, "metrics=[log_px]")
    assert load(location).trials["metric.log_px"].notna().any()
    succeeds("resume", location)
    assert (
        scores(load(location))
        .filter(regex="metric.elbo")
        .equals(scores(load(control)).filter(regex="metric.elbo"))
    )
