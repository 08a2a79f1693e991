"""Sweeps through hundreds of kills at random moments, on this machine and on hosts of their own.

    python -m tests.cluster.soak --kills 200 --seed 0

Drivers, workers, raylets and whole hosts are killed with SIGKILL until sweeps have taken so many
kills; each sweep must end with every planned trial once, and with the numbers of one that nothing
disturbed. The kills are half on each path; without root they are all on this machine.
"""

import argparse
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Protocol

from tests.cluster.conftest import SWEEP
from tests.cluster.helpers.cluster import possible
from tests.cluster.helpers.ledger import Ledger, lost
from tests.cluster.helpers.paths import Hosts, Local

SEEDS = 20
PATIENCE_S = 900
"""When to call a sweep hung."""


class Place(Protocol):
    """Where a sweep runs: what starts it, and who can die there."""

    run: Path

    def begin(self, run: str) -> None:
        """Take up a run directory, new or not."""

    def running(self) -> bool:
        """Say whether there is a driver."""

    def go_on(self) -> None:
        """Start the driver again, with what it needs."""

    def kill(self, rng: random.Random) -> str | None:
        """Kill something; return what, or None where nothing of that kind lives now."""

    def complete(self) -> bool:
        """Say whether the last driver ended well."""


def soak(place: Place, kills: int, rng: random.Random, control: Path) -> Counter[str]:
    """Kill until there were so many kills, in as many sweeps as that takes; return the kinds."""
    done: Counter[str] = Counter()
    n = 0
    while done.total() < kills:
        place.begin(f"run{n}")
        n += 1
        with Ledger(place.run) as ledger:
            disturb(place, kills, rng, done, ledger)
            time.sleep(0.5)
        gone, twice = lost(place.run, control), ledger.twice()
        print(f"{type(place).__name__}: sweep {n}, {done.total()} kills so far, {gone} trials lost")
        print(f"    {twice} written twice, {dict(done)}", flush=True)
        assert (gone, twice, ledger.finished) == (0, 0, 4 * SEEDS)
    return done


def disturb(
    place: Place, kills: int, rng: random.Random, done: Counter[str], ledger: Ledger
) -> None:
    """Kill at random moments until the sweep has ended, and start it again where it was ended."""
    deadline = time.monotonic() + PATIENCE_S
    place.go_on()
    while not place.complete():
        assert time.monotonic() < deadline, f"the sweep hangs, {dict(done)}"
        if not place.running():
            place.go_on()
        wait_for_a_moment(place, rng, ledger)
        if done.total() < kills and place.running() and (killed := place.kill(rng)):
            done[killed] += 1
            deadline = time.monotonic() + PATIENCE_S
            print(f"{time.strftime('%H:%M:%S')} {done.total():>4} {killed}", flush=True)


def wait_for_a_moment(place: Place, rng: random.Random, ledger: Ledger) -> None:
    """Wait for some point of the start, or for one in or between trials."""
    known, at_the_start = ledger.finished, rng.random() < 0.3
    while not at_the_start and ledger.finished == known and place.running():
        time.sleep(0.05)
    until = time.monotonic() + rng.uniform(0, 8 if at_the_start else 2)
    while time.monotonic() < until and place.running():
        time.sleep(0.05)


def main() -> None:
    """Soak both paths; print how many kills of what there were."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--path", choices=("local", "cluster", "both"), default="both")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # what was started is ended too
    rng = random.Random(asked.seed)
    why_not = possible()
    if why_not:
        print(f"no cluster on this machine: {why_not}")
    on_hosts = {"local": 0, "cluster": asked.kills, "both": asked.kills // 2}[asked.path]
    on_hosts = 0 if why_not else on_hosts
    done: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="ub-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        sweep = (*SWEEP, f"seeds={SEEDS}")
        with Local(folder / "c", sweep) as place:
            place.begin("control")
            place.go_on()
            while place.running():
                time.sleep(0.2)
            assert place.complete(), "the control run failed"
            control = place.run
        if asked.kills > on_hosts:
            with Local(folder / "l", sweep) as place:
                done += soak(place, asked.kills - on_hosts, rng, control)
        if on_hosts:
            with Hosts(folder / "h", sweep) as hosts:
                done += soak(hosts, on_hosts, rng, control)
    print(f"{done.total()} kills: {dict(done)}; 0 trials lost, 0 written twice, all as the control")


if __name__ == "__main__":
    main()
