"""A lease on a run directory of an object store, where there are no locks: one driver at a time.

Each driver has a claim of its own, the object ``leases/TOKEN.json``, and writes it anew every
``RENEW_S``. Who wants to hold the directory first writes a claim and then looks for others: of two
that come at the same moment at least one sees the other, as stores list what has been written, so
never do both go on. No conditional writes are needed, which Arrow does not have.

No two clocks are compared. A claim is alive if it changes while we watch it by our own monotonic
clock; one that has not changed for ``STALE_S`` is a dead driver's and deleted. A driver that was
cut off or asleep for so long finds its claim gone and must not write any more as the driver
(:meth:`Lease.require_held`); what workers write is safe in any case: a trial's files are its own.
"""

import json
import os
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

from harness.durations import duration
from harness.errors import UserError
from harness.results.remote.retries import say
from harness.results.storage import Storage

LEASES = "leases"
RENEW_S = 4.0
STALE_S = 20.0
"""Longer than a renewal may be late, after which a resume takes over from a killed driver."""
_ATTEMPTS = 8


class Lease:
    """This process's claim on a run directory.

    Args:
        storage: the run directory.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._token = uuid4().hex
        self._renewals = 0
        self._generation = 1
        self._renewed = time.monotonic()
        self._lost = ""
        self._ended = threading.Event()

    def take(self) -> None:
        """Become the driver, or wait until it is plain that another one is.

        Raises:
            UserError: another driver lives; the message names it.
        """
        for attempt in range(_ATTEMPTS):
            self._write(held=False)
            others = self.others()
            if not others:
                self._write(held=True)
                return
            self._storage.delete(self._name())
            self._generation = 1 + max(claim["generation"] for claim in others.values())
            self._outlive(others)
            time.sleep(random.uniform(0, 0.5 * (attempt + 1)))  # else two would meet for ever
        raise UserError(f"{self._storage.label}: other drivers keep coming; try again in a minute.")

    def keep(self) -> None:
        """Renew the claim until :meth:`give_back`; the body of a thread."""
        while not self._ended.wait(RENEW_S):
            with suppress(UserError):  # away, say: counts as not renewed
                if rival := self._rival():
                    self._lost = rival
                    return
                self._write(held=True, patience_s=RENEW_S)

    def give_back(self) -> None:
        """End the claim, so that the next driver need not wait."""
        self._ended.set()
        with suppress(OSError):
            self._storage.delete(self._name())

    def require_held(self) -> None:
        """Make sure that no other driver may have taken over; costs nothing while all is well.

        Raises:
            UserError: one has.
        """
        if not self._lost and time.monotonic() - self._renewed > STALE_S - RENEW_S:
            self._lost = self._rival()
            if not self._lost:
                self._write(held=True)
        if self._lost:
            raise UserError(
                f"{self._storage.label} was taken over by {self._lost}, as this driver did not "
                f"reach it for {duration(STALE_S)} or longer. What has finished is kept; this one "
                "stops."
            )

    def _rival(self) -> str:
        """Return who has taken over; "" for nobody."""
        others = self.others()
        rivals = [claim for claim in others.values() if claim["generation"] > self._generation]
        if rivals:
            return str(rivals[0]["owner"])
        return "" if self._storage.is_file(self._name()) else "another driver"

    def _outlive(self, claims: dict[str, Any]) -> None:
        """Watch others' claims; delete those that do not change.

        Raises:
            UserError: one that is held changes.
        """
        owners = ", ".join(sorted({str(claim["owner"]) for claim in claims.values()}))
        if any(claim["held"] for claim in claims.values()):
            say(
                f"{self._storage.label} is held by {owners}; watching for up to "
                f"{duration(STALE_S)} whether that driver lives"
            )
        end = time.monotonic() + STALE_S
        while time.monotonic() < end:
            time.sleep(min(1.0, STALE_S / 10))
            now = self.others()
            for token, claim in now.items():
                changed = claims.get(token, {"renewals": None})["renewals"] != claim["renewals"]
                if claim["held"] and changed:
                    raise UserError(
                        f"{self._storage.label} is in use by {claim['owner']}. Wait until that "
                        "sweep ends, stop it, or choose another run directory."
                    )
            if not now.keys() & claims.keys():
                return
        for token in self.others().keys() & claims.keys():
            self._storage.delete(f"{LEASES}/{token}.json")

    def others(self) -> dict[str, dict[str, Any]]:
        """Return all claims but this process's, by token; a damaged one says nothing."""
        unknown = {"owner": "an unknown driver", "held": False, "renewals": 0, "generation": 0}
        found = {}
        for name in self._storage.names(LEASES, ".json"):
            token = name.removesuffix(".json")
            if token != self._token:
                with suppress(FileNotFoundError):
                    data = self._storage.read(f"{LEASES}/{name}")
                    try:
                        found[token] = {**unknown, **json.loads(data)}
                    except (ValueError, TypeError):
                        found[token] = unknown
        return found

    def _name(self) -> str:
        return f"{LEASES}/{self._token}.json"

    def _write(self, *, held: bool, patience_s: float | None = None) -> None:
        self._renewals += 1
        claim = {
            "owner": f"process {os.getpid()} on {socket.gethostname()}",
            "held": held,
            "renewals": self._renewals,
            "generation": self._generation,
        }
        began = time.monotonic()
        self._storage.write(self._name(), json.dumps(claim).encode(), patience_s)
        self._renewed = began


def owners(storage: Storage) -> list[str]:
    """Return who has a claim on a run directory, alive or not, each once."""
    claims = Lease(storage).others().values()
    return sorted({str(claim["owner"]) for claim in claims if claim["held"]})


@contextmanager
def leased(storage: Storage) -> Iterator[Lease]:
    """Hold a run directory by a lease that a thread renews.

    Raises:
        UserError: another driver holds it; the message says which.
    """
    lease = Lease(storage)
    try:
        lease.take()
        renewing = threading.Thread(target=lease.keep, name="unbraid-lease", daemon=True)
        renewing.start()
        yield lease
    finally:
        lease.give_back()
