"""The two ways that a sweep runs, for the soak: Ray on this machine, and a launched cluster."""

import contextlib
import random
import signal
from pathlib import Path
from typing import Self

import psutil

from tests.cluster.helpers.begun import FILE, begun
from tests.cluster.helpers.cluster import Cluster, Driver
from tests.cluster.helpers.hosts import IMPOLITE, Network
from tests.harness.execution.helpers.sweeps import Command

NEVER_GIVE_UP = "ray.max_retries=1000"
"""Kills are no fault of a trial's."""


class Local:
    """A sweep that starts Ray for itself."""

    name = "this machine"
    KINDS = ("worker",) * 6 + ("driver", "driver", "raylet")

    def __init__(self, folder: Path, sweep: tuple[str, ...]) -> None:
        folder.mkdir()
        self._folder, self._sweep = folder, sweep
        self._commands: list[Command] = []
        self._notes = folder / "begun"
        self.run = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def begin(self, run: str) -> None:
        """Take up a run directory."""
        self._end()
        self._commands = []
        self.run = self._folder / run

    def running(self) -> bool:
        """Say whether there is a driver."""
        return bool(self._commands) and self._commands[-1].process.poll() is None

    def complete(self) -> bool:
        """Say whether the last driver ended well."""
        return bool(self._commands) and self._commands[-1].process.poll() == 0

    def begun(self) -> int:
        """Return how many trials began here, ever."""
        return begun(self._notes)

    def said(self) -> str:
        """Return what the last driver has printed."""
        return "".join(each.out + each.err for each in self._commands[-1:])

    def go_on(self) -> None:
        """Start the driver; what the last one left is ended by its ids."""
        self._end()
        self._commands.append(
            Command(
                *("sweep", *self._sweep, "ray.num_cpus=2", NEVER_GIVE_UP, f"run_dir={self.run}"),
                **{"log": self._folder / "log", "cwd": self._folder},
                **{"TMPDIR": str(self._folder), "RAY_ADDRESS": "127.0.0.1:1"},
                **{FILE: str(self._notes), **IMPOLITE},
            )
        )

    def kill(self, rng: random.Random) -> str | None:
        """Kill one of the driver's processes, or it: always where it has none of that kind."""
        command, kind = self._commands[-1], rng.choice(self.KINDS)
        workers = command.workers()  # notes its processes too
        raylets = [process for process in command.family if _named(process, "raylet")]
        found = {"worker": workers, "raylet": raylets, "driver": []}[kind]
        if not found:
            command.kill(signal.SIGKILL)
            return "driver"
        with contextlib.suppress(psutil.NoSuchProcess):
            rng.choice(found).kill()
        return kind

    def _end(self) -> None:
        for command in self._commands[-1:]:
            command.end()


class Hosts:
    """A sweep on a head and a worker host, launched by `ray up`."""

    name = "two hosts"
    KINDS = ("worker",) * 12 + ("driver",) * 3 + ("raylet", "host", "head")

    def __init__(self, folder: Path, sweep: tuple[str, ...]) -> None:
        folder.mkdir()
        self._sweep, self._shared = sweep, folder / "shared"
        self._shared.mkdir()
        self._network = Network(folder, self._shared)
        self._driver: Driver | None = None
        self._stale = True
        self.run = self._shared

    def __enter__(self) -> Self:
        self._network.__enter__()
        self._cluster = Cluster(self._network)
        return self

    def __exit__(self, *_: object) -> None:
        self._cluster.forget()
        self._network.__exit__()

    def begin(self, run: str) -> None:
        """Take up a run directory."""
        self._driver, self.run = None, self._shared / run

    def running(self) -> bool:
        """Say whether there is a driver."""
        return self._driver is not None and self._driver.code is None

    def complete(self) -> bool:
        """Say whether the last driver ended well."""
        return self._driver is not None and self._driver.code == 0

    def begun(self) -> int:
        """Return how many trials began on the hosts, ever."""
        return self._network.begun()

    def said(self) -> str:
        """Return what the last driver has printed."""
        return self._driver.out if self._driver else ""

    def go_on(self) -> None:
        """Start the driver; after the death of a host, `ray up` first."""
        if self._stale:
            self._cluster.up(2)
            self._stale = False
        self._cluster.forget()
        self._driver = self._cluster.sweep(*self._sweep, NEVER_GIVE_UP, run=self.run.name)

    def kill(self, rng: random.Random) -> str | None:
        """Kill the driver, a worker, a raylet or a host."""
        kind, number = rng.choice(self.KINDS), rng.choice((1, 2))
        number = {"head": 1, "host": 2}.get(kind, number)
        host = self._network.running(number)
        if kind == "driver" and self._driver:
            self._driver.kill()
        elif host is None:
            return None
        elif kind in ("head", "host"):
            host.kill()
            self._stale = True  # the next driver has it back; until then the other goes on
        else:
            found = host.processes("Trainable" if kind == "worker" else "raylet/raylet")
            if not found:
                return None
            with contextlib.suppress(psutil.NoSuchProcess):
                rng.choice(found).kill()
            self._stale |= kind == "raylet"
        if self._stale and number == 1:
            self._cluster.forget()  # the job has gone with its cluster
        return kind


def _named(process: psutil.Process, name: str) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.name() == name)
    return False
