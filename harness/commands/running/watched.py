"""A sweep that may be running, followed through its run directory: each look reads what is new."""

import json
import re
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from harness.errors import CorruptFileError
from harness.results.encoding import decode_table
from harness.results.locking import LOCK
from harness.results.records import FINAL_STATUSES
from harness.results.remote.lease import LEASES, STALE_S
from harness.results.storage import Storage
from harness.results.stored_plan import PLAN, Plan, read_plan, require_run
from harness.results.trial_files import is_compact

TAKEOVER_S = 3 * STALE_S
"""How long after a driver's last sign of life another one may come, which waits for that."""

STARTING_S = 10.0
"""The same where there is no lease at all."""


@dataclass(frozen=True)
class Ended:
    """A finished trial, as one line shows it: id, status, name, seconds it took, where."""

    trial_id: str
    status: str
    name: str
    seconds: float
    host: str


class Watched:
    """What is known of a sweep after some looks; needs no lock and changes nothing.

    Args:
        location: the run directory.

    Attributes:
        planned: planned trials.
        ended: finished trials by id, in the order of their files, then of the looks.
        driver: who drives it; "" for nobody, or nobody that is known.
        driven: whether that driver lives; None where this machine cannot know yet.
    """

    def __init__(self, location: str | Path) -> None:
        self._storage = Storage(location)
        require_run(self._storage)
        self.planned = 0
        self.ended: dict[str, Ended] = {}
        self.driver = ""
        self.driven: bool | None = None
        self._files: set[str] = set()
        self._began = time.monotonic()
        self._at_first: int | None = None
        self._pace_before: float | None = None
        self._plan_read: tuple[tuple[int, int] | None, Plan] | None = None
        self._claims: dict[str, str] | None = None
        self._alive = self._began

    def look(self) -> list[Ended]:
        """Read what has come since the last look; return the trials that have ended since."""
        plan = self._plan()
        self.planned = max(len(plan.table), plan.sweep.get("trials", 0))
        times = self._storage.times("trials", ".parquet")
        new = sorted(times.keys() - self._files, key=lambda name: (times[name], name))
        known = set(self.ended)
        for name, rows in zip(new, self._storage.each(self._rows, new), strict=True):
            for row in rows:
                self.ended.setdefault(row.trial_id, row)
            if rows:
                self._files.add(name)
        if self._at_first is None:
            self._at_first = len(self.ended)
            stamps = sorted(at for name, at in times.items() if not is_compact(name))
            if len(stamps) > 1 and stamps[-1] > stamps[0]:  # one clock, whichever it is
                self._pace_before = (len(stamps) - 1) / ((stamps[-1] - stamps[0]) / 1e9)
        self._look_for_driver()
        return [row for trial_id, row in self.ended.items() if trial_id not in known]

    def counts(self) -> dict[str, int]:
        """Return how many trials have each final status."""
        statuses = [row.status for row in self.ended.values()]
        return {status: statuses.count(status) for status in FINAL_STATUSES}

    @property
    def missing(self) -> int:
        """Planned trials that have not ended."""
        return self.planned - len(self.ended)

    @property
    def pace(self) -> float | None:
        """Trials a second: since the first look, or by the times of the files until then."""
        elapsed = time.monotonic() - self._began
        here = len(self.ended) - (self._at_first or 0)
        return here / elapsed if here and elapsed else self._pace_before

    def _plan(self) -> Plan:
        stamp = self._storage.stamp(PLAN)
        if self._plan_read is None or self._plan_read[0] != stamp:
            self._plan_read = stamp, read_plan(self._storage)
        return self._plan_read[1]

    def _rows(self, name: str) -> list[Ended]:
        try:
            table = decode_table(self._storage.read(f"trials/{name}"), "trials", name)
        except (FileNotFoundError, CorruptFileError):  # merged meanwhile; the doctor's business
            return []
        return [
            Ended(
                row["trial_id"],
                row["status"],
                f"{row['method']} {row['dataset']} seed={row['seed']}",
                row.get("time.total") or float("nan"),
                row.get("env.host") or "",
            )
            for row in table.to_pylist()
        ]

    def _look_for_driver(self) -> None:
        if self._storage.local:
            try:
                self.driver = self._storage.read(LOCK).decode().strip()
            except FileNotFoundError:
                self.driver = ""
            match = re.fullmatch(r"process (\d+) on (.+)", self.driver)
            here = match is not None and match[2] == socket.gethostname()
            self.driven = psutil.pid_exists(int(match[1])) if match and here else None
            return
        now, claims = time.monotonic(), self._read_claims()
        if self._claims is not None and claims != self._claims:
            self._alive = now  # one who comes, goes or takes over is as much alive as one who stays
            self.driven = True if claims else self.driven
        elif now - self._alive > (TAKEOVER_S if claims else STARTING_S):
            self.driven = False
        self._claims = claims

    def _read_claims(self) -> dict[str, str]:
        """Return what stands in each driver's lease; note whose it is."""
        claims: dict[str, str] = {}
        for name in self._storage.names(LEASES, ".json"):
            try:
                text = self._storage.read(f"{LEASES}/{name}").decode()
                self.driver = str(json.loads(text)["owner"])
            except (FileNotFoundError, ValueError, KeyError, TypeError):
                continue
            claims[name] = text
        return claims
