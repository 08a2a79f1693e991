"""Sweeps through hundreds of kills at random moments, on this machine and on hosts of their own.

    python -m tests.cluster.soak --kills 200 --seed 0

Drivers, workers, raylets and whole hosts are killed with SIGKILL until sweeps have taken so many
kills; each sweep must end with every planned trial once, with the numbers of one that nothing
disturbed, and with a run directory that `unbraid doctor` finds whole. Three quarters of the kills
are on this machine and a quarter on the hosts, where each takes longer to mend; without root all
are on this machine. After every sweep the tally so far is printed, and appended to ``--tally``:
one that is ended early has said what was verified.
"""

import argparse
import random
import shutil
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
from tests.cluster.helpers.tally import Tally
from tests.harness.execution.helpers.sweeps import Command

SEEDS = 2
TRIALS = 4 * SEEDS
PATIENCE_S = 3600
"""When to call a sweep hung."""


class Place(Protocol):
    """Where a sweep runs: what starts it, and who can die there."""

    name: str
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

    def begun(self) -> int:
        """Return how many trials began here, ever."""

    def said(self) -> str:
        """Return what the last driver has printed."""


def soak(
    place: Place, kills: int, until: float, rng: random.Random, control: Path, tally: Tally
) -> None:
    """Kill so often, in as many sweeps as that takes; after a time only let the last one end.

    Args:
        place: where.
        kills: how often.
        until: when to kill no more, by ``time.monotonic``.
        rng: draws moments and victims.
        control: the run directory of a sweep that nothing disturbed.
        tally: receives every sweep.
    """
    while tally.kills.total() < kills and time.monotonic() < until:
        place.begin(f"run{tally.sweeps}")
        done: Counter[str] = Counter()
        with Ledger(place.run) as ledger:
            disturb(place, kills - tally.kills.total(), until, rng, done, ledger)
            time.sleep(0.5)  # what is written after the end would be seen
        try:
            gone, twice = lost(place.run, control), ledger.twice()
            assert (gone, twice, ledger.finished) == (0, 0, TRIALS)
            examine(place.run)
        except AssertionError:
            kept = tempfile.mkdtemp(prefix="unbraid-soak-")
            shutil.copytree(place.run, kept, dirs_exist_ok=True)
            tally.say(f"{place.name}: sweep {tally.sweeps + 1} FAILED after {done}; see {kept}")
            raise
        tally.add(done, gone, twice, place.begun())
        shutil.rmtree(place.run)


def disturb(
    place: Place,
    kills: int,
    until: float,
    rng: random.Random,
    done: Counter[str],
    ledger: Ledger,
) -> None:
    """Kill at random moments until the sweep has ended, and start it again where it was ended."""
    deadline = time.monotonic() + PATIENCE_S
    place.go_on()
    while not place.complete():
        assert time.monotonic() < deadline, f"the sweep hangs, {dict(done)}\n{place.said()}"
        if not place.running():
            place.go_on()
        wait_for_a_moment(place, rng, ledger)
        for _ in range(rng.choice((1, 1, 2, 3))):  # one thing, or several at nearly the same time
            if done.total() >= kills or time.monotonic() > until:
                break
            if place.running() and (killed := place.kill(rng)):
                done[killed] += 1
                deadline = time.monotonic() + PATIENCE_S
                print(f"{time.strftime('%H:%M:%S')} {done.total():>4} {killed}", flush=True)
            time.sleep(rng.uniform(0, 0.5))


def wait_for_a_moment(place: Place, rng: random.Random, ledger: Ledger) -> None:
    """Wait some seconds, now and then from when a trial has ended: else none ever would."""
    known, until = ledger.finished, time.monotonic() + rng.uniform(0.5, 6)
    if rng.random() < 0.25:
        while ledger.finished == known and place.running():
            time.sleep(0.05)
        until = time.monotonic() + rng.uniform(0, 2)
    while time.monotonic() < until and place.running():
        time.sleep(0.05)


def examine(run: Path) -> None:
    """Fail unless `unbraid doctor` finds a run directory whole."""
    doctor = Command("doctor", run, log=run.with_name("doctor"), cwd=run.parent)
    assert doctor.wait() == 0, doctor.out + doctor.err
    assert f"{TRIALS} trials planned, {TRIALS} have a whole row" in doctor.out, doctor.out


def undisturbed(folder: Path, sweep: tuple[str, ...]) -> Path:
    """Return the run directory of a sweep that nothing disturbs."""
    with Local(folder, sweep) as place:
        place.begin("control")
        for _ in range(5):  # on a busy machine Ray may not start at once
            place.go_on()
            while place.running():
                time.sleep(0.2)
            if place.complete():
                break
        assert place.complete(), place.said()
        return place.run


def main() -> None:
    """Soak both paths; print how many kills of what there were."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--path", choices=("local", "cluster", "both"), default="both")
    parser.add_argument("--minutes", type=float, default=120, help="kill no longer than this")
    parser.add_argument("--tally", type=Path, help="a file to append the tally to")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # what was started is ended too
    until = time.monotonic() + 60 * asked.minutes
    why_not = possible()
    if why_not:
        print(f"no cluster on this machine: {why_not}")
    on_hosts = {"local": 0, "cluster": asked.kills, "both": asked.kills // 4}[asked.path]
    on_hosts = 0 if why_not else on_hosts

    def say(line: str) -> None:
        print(line, flush=True)
        if asked.tally:
            with asked.tally.open("a") as file:
                file.write(line + "\n")

    with tempfile.TemporaryDirectory(prefix="ub-", ignore_cleanup_errors=True) as name:
        folder, sweep = Path(name), (*SWEEP, f"seeds={SEEDS}")
        control = undisturbed(folder / "c", sweep)
        if asked.kills > on_hosts:
            with Local(folder / "l", sweep) as place:
                rng, tally = random.Random(asked.seed), Tally(place.name, TRIALS, say)
                soak(place, asked.kills - on_hosts, until, rng, control, tally)
        if on_hosts:
            with Hosts(folder / "h", sweep) as hosts:
                rng, tally = random.Random(asked.seed), Tally(hosts.name, TRIALS, say)
                soak(hosts, on_hosts, until, rng, control, tally)


if __name__ == "__main__":
    main()
