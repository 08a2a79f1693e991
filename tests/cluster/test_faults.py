"""Sweeps on a launched cluster end as if nothing had happened, whatever breaks meanwhile."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.results import load
from tests.cluster.conftest import LONGER, OUTCOMES, SWEEP, undisturbed
from tests.cluster.helpers.cluster import Cluster, Driver
from tests.cluster.helpers.hosts import Host, Network
from tests.cluster.helpers.ledger import Ledger, Outcome, lost

PATIENCE_S = 900
MIDDLE = 6
"""Finished trials when something breaks."""
MANY = 12
"""Seeds of a sweep that a host joins, which may take two minutes on a busy machine."""


class Sweep:
    """A sweep under observation, that may need several drivers."""

    def __init__(
        self,
        cluster: Cluster,
        network: Network,
        seeds: int,
        control: Path,
        sweep: tuple[str, ...] = SWEEP,
    ) -> None:
        self.run = network.shared / "run"
        self.trials, self._control = 4 * seeds, control
        self._network, self._cluster, self._arguments = network, cluster, (*sweep, f"seeds={seeds}")
        self.ledger = Ledger(self.run)
        self.drivers: list[Driver] = []
        self.go_on()

    def go_on(self) -> None:
        """Submit it, once more."""
        arguments = (*self._arguments, "ray.max_retries=5")
        self.drivers.append(self._cluster.sweep(*arguments, run=self.run.name))

    def until(self, reached: Callable[[], object]) -> None:
        """Wait for something to be true."""
        deadline = time.monotonic() + PATIENCE_S
        while not reached():
            driver = self.drivers[-1]
            assert driver.code is None or reached(), f"ended too early:\n{driver.out}"
            assert time.monotonic() < deadline, driver.out
            time.sleep(0.1)

    def end(self, fault: str, since: float) -> Outcome:
        """Wait for its end; fail unless it is as if nothing had happened."""
        self.until(lambda: self.drivers[-1].code is not None)
        time.sleep(0.5)  # what is written after the end would be seen
        driver = self.drivers[-1]
        assert driver.code == 0, driver.out
        assert f"{self.trials} of {self.trials} trials finished: {self.trials} ok" in driver.out
        again = self._network.begun() - self.trials
        gone, twice = lost(self.run, self._control), self.ledger.twice()
        pause = self.ledger.longest_pause(since)
        outcome = Outcome(fault, self.trials, gone, twice, again, pause)
        OUTCOMES.append(outcome)
        print(outcome)
        assert (gone, twice) == (0, 0)
        return outcome


@pytest.fixture
def begin(cluster: Cluster, network: Network, control: Path) -> Iterator[Callable[[int], Sweep]]:
    """Start a sweep of so many seeds."""
    begun: list[Sweep] = []

    def start(seeds: int = 6) -> Sweep:
        begun.append(Sweep(cluster, network, seeds, control))
        begun[-1].ledger.__enter__()
        return begun[-1]

    yield start
    for sweep in begun:
        sweep.ledger.__exit__(None, None, None)


def hosts_of(run: Path) -> set[str]:
    return set(load(run).trials["env.host"])


def at_work(network: Network, *numbers: int) -> int:
    return sum(len(network.host(n).processes("Trainable")) for n in numbers)


def begins(host: Host) -> Callable[[], bool]:
    """Return whether another trial has begun on it since: one that still runs for a moment."""
    earlier = host.begun()
    return lambda: host.begun() > earlier


def test_nothing(begin: Callable[..., Sweep], cluster: Cluster, network: Network) -> None:
    sweep = begin(12)  # a host's first trial begins some time after its raylet
    sweep.until(lambda: sweep.ledger.finished)
    since = time.monotonic()
    assert sweep.end("none", since).begun_again == 0
    assert hosts_of(sweep.run) == {network.host(1).name, network.host(2).name}
    cluster.down()
    assert not network.host(1).processes("raylet")


def test_a_worker_host_dies(begin: Callable[..., Sweep], network: Network) -> None:
    sweep, host = begin(30), network.host(2)  # its first trial begins some time after its raylet
    sweep.until(lambda: sweep.ledger.finished >= MIDDLE)
    sweep.until(begins(host))
    host.kill()
    outcome = sweep.end("SIGKILL of a worker host", time.monotonic())
    assert outcome.begun_again


def test_a_worker_host_is_cut_off_for_half_a_minute(
    begin: Callable[..., Sweep], network: Network
) -> None:
    sweep = begin(12)
    sweep.until(lambda: sweep.ledger.finished >= MIDDLE and at_work(network, 2))
    since = time.monotonic()
    network.host(2).cut_off()
    assert network.host(2).ssh("true").returncode == 255, "it can be reached"
    time.sleep(max(0.0, since + 30 - time.monotonic()))
    network.host(2).reconnect()
    sweep.end("partition of a worker host, 30 s", since)


def test_the_driver_dies(begin: Callable[..., Sweep], network: Network) -> None:
    sweep = begin()
    sweep.until(lambda: sweep.ledger.finished >= MIDDLE and at_work(network, 1, 2) == 2)
    since = time.monotonic()
    sweep.drivers[-1].kill()
    sweep.go_on()
    assert sweep.end("SIGKILL of the driver, submitted again", since).begun_again


def test_the_head_host_dies(
    begin: Callable[..., Sweep], cluster: Cluster, network: Network
) -> None:
    sweep = begin()
    sweep.until(lambda: sweep.ledger.finished >= MIDDLE and at_work(network, 1, 2) == 2)
    since = time.monotonic()
    network.host(1).kill()
    cluster.up(2)
    sweep.go_on()
    outcome = sweep.end("SIGKILL of the head host, `ray up` again", since)
    assert outcome.begun_again


def test_a_host_is_added(network: Network, tmp_path: Path) -> None:
    control = undisturbed(tmp_path, *LONGER, f"seeds={MANY}")
    cluster = Cluster(network)
    cluster.up(2, off=(3,))
    sweep = Sweep(cluster, network, MANY, control, LONGER)
    with sweep.ledger:
        sweep.until(lambda: sweep.ledger.finished)
        since = time.monotonic()
        new = network.host(3)
        sweep.until(new.begun)
        print(f"a third host runs trials {time.monotonic() - since:.0f} s after it was switched on")
        sweep.end("a third host is added", since)
    ran = load(sweep.run).trials["env.host"].value_counts()
    print(ran)
    assert ran[new.name] >= 1
    cluster.forget()


def test_the_disk_of_the_results_is_full(begin: Callable[..., Sweep], network: Network) -> None:
    sweep = begin()
    sweep.until(lambda: sweep.ledger.finished >= MIDDLE)
    since, ballast = time.monotonic(), network.shared / "ballast"
    fill(ballast)
    sweep.until(lambda: sweep.drivers[-1].code is not None)
    assert sweep.drivers[-1].code == 2
    assert "no room to write" in sweep.drivers[-1].out
    ballast.unlink()
    sweep.go_on()
    sweep.end("results disk full, freed, submitted again", since)


def fill(file: Path) -> None:
    """Take all the space that there is."""
    with file.open("wb", buffering=0) as out:
        for size in (2**20, 2**12, 1):
            try:
                while True:
                    out.write(b"x" * size)
            except OSError:
                continue
