"""Clusters of hosts in namespaces, the run that nothing disturbed, and the table of faults."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.helpers.cluster import Cluster, possible
from tests.cluster.helpers.hosts import IMPOLITE, Network, run
from tests.cluster.helpers.ledger import Outcome
from tests.harness.execution.helpers.sweeps import Command

SWEEP = (
    "method._target_=tests.cluster.helpers.begun.NotedVAE",
    *("dataset=digits", "method.lr=choice(1e-4,3e-4,1e-3,3e-3)"),
    *("scale=smoke", "scale.epochs=10", "scale.eval_every=5"),
)
"""Trials of about a second; ``seeds=`` says how many fours of them."""
SEEDS = 30
"""Of the control; sweeps of fewer seeds are a part of it."""
LONGER = (*SWEEP, "scale.epochs=100")
"""Trials of some seconds, for what takes a minute to happen."""
DISK_MB = 64
"""Of the disk that the hosts share."""
OUTCOMES: list[Outcome] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave these tests to `make test-cluster`, and say why where they cannot run."""
    reason = possible()
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.cluster)
            item.add_marker(pytest.mark.timeout(1800))
            if reason:
                item.add_marker(pytest.mark.skip(reason=f"a cluster on this machine {reason}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what became of the sweeps."""
    if OUTCOMES:
        terminalreporter.section("faults of a cluster")
        line = "{:<44} {:>6} {:>5} {:>14} {:>12} {:>8}".format
        heads = ("fault", "trials", "lost", "finished twice", "begun again", "pause")
        terminalreporter.write_line(line(*heads))
    for each in OUTCOMES:
        counts = (each.trials, each.lost, each.twice, each.begun_again)
        terminalreporter.write_line(line(each.fault, *counts, f"{each.pause_s:.0f} s"))


def undisturbed(folder: Path, *sweep: str) -> Path:
    """Return the run directory of a sweep that this machine alone has run."""
    code = None
    for attempt in range(5):  # on a busy machine Ray may not start at once
        with tempfile.TemporaryDirectory(prefix="ub-", ignore_cleanup_errors=True) as short:
            command = Command(
                *("sweep", *sweep, "ray.num_cpus=2", f"run_dir={folder / 'run'}"),
                **{"log": folder / f"log{attempt}", "cwd": folder},
                **{"TMPDIR": short, "RAY_ADDRESS": "127.0.0.1:1", **IMPOLITE},
            )
            try:
                code = command.wait(900)
            finally:
                command.end()
        if code == 0:
            break
    assert code == 0, command.err
    return folder / "run"


@pytest.fixture(scope="session")
def control(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All trials, undisturbed."""
    return undisturbed(tmp_path_factory.mktemp("control"), *SWEEP, f"seeds={SEEDS}")


@pytest.fixture
def network() -> Iterator[Network]:
    """A network without hosts, whose hosts will share a small disk."""
    with tempfile.TemporaryDirectory(prefix="ub-hosts-", ignore_cleanup_errors=True) as name:
        shared = Path(name) / "shared"
        shared.mkdir()
        run("mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", shared)
        try:
            with Network(Path(name), shared) as network:
                yield network
        finally:
            run("umount", shared)


@pytest.fixture
def cluster(network: Network) -> Iterator[Cluster]:
    """A head and a worker, launched by `ray up`."""
    cluster = Cluster(network)
    cluster.up(2)
    yield cluster
    cluster.forget()
