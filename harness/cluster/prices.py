"""What a cluster costs an hour, by a dated table of list prices."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from harness.cluster.file import MachineType, machine_types

TABLE = Path(__file__).with_name("prices.yaml")
HOURS_A_MONTH = 730.0
T = TypeVar("T", int, float)


@dataclass(frozen=True)
class Priced:
    """Machines of one kind, and what the table says of them.

    Attributes:
        kind: the machines.
        usd: US dollars an hour of one with its disk, on demand; None where the table lacks it.
        gpus: of one machine; None where the table lacks it.
    """

    kind: MachineType
    usd: float | None
    gpus: int | None


@dataclass(frozen=True)
class Hourly:
    """What a cluster costs an hour, in US dollars, as if no machine were a cheaper spot one.

    Attributes:
        machines: each kind, the head first; empty for machines one has.
        idle: the head alone, as long as the cluster is up; None where its price is unknown.
        most: with all workers; None where a price is unknown.
        gpus: of all workers, at most; None where unknown.
        as_of: the table's month, ``YYYY-MM``.
    """

    machines: tuple[Priced, ...]
    idle: float | None
    most: float | None
    gpus: int | None
    as_of: str

    def bill(self, gpu_hours: float) -> float | None:
        """Return what so much work costs in US dollars, rather too much; None where unknown.

        The dearest worker does all of it, on one of its GPUs at a time, and the head is up for as
        long. Storage, traffic, and workers that wait are not in it.
        """
        workers = [each.usd for each in self.machines if not each.kind.head and each.kind.most]
        known = [usd for usd in workers if usd is not None]
        if self.idle is None or not known or len(known) < len(workers):
            return None
        return gpu_hours * (max(known) + self.idle)


def hourly(cluster: Mapping[str, Any]) -> Hourly:
    """Return what a cluster costs an hour.

    Args:
        cluster: as ``harness.cluster.file.read`` returns it.
    """
    machines = tuple(_priced(kind) for kind in machine_types(cluster))
    head = [each for each in machines if each.kind.head]
    workers = [each for each in machines if not each.kind.head]
    room = int(cluster.get("max_workers", 2))
    idle = head[0].usd if head else None
    prices = [each.usd for each in workers for _ in range(each.kind.most)]
    gpus = [each.gpus for each in workers for _ in range(each.kind.most)]
    dearest = _largest(prices, room)
    return Hourly(
        machines=machines,
        idle=idle,
        most=None if idle is None or dearest is None else idle + dearest,
        gpus=None if not machines else _largest(gpus, room),
        as_of=str(_table()["as_of"]),
    )


def _largest(values: Sequence[T | None], count: int) -> T | None:
    """Return the sum of the largest so many, None if one is unknown."""
    known = [value for value in values if value is not None]
    return sum(sorted(known, reverse=True)[:count]) if len(known) == len(values) else None


def _priced(kind: MachineType) -> Priced:
    known = _table()["machines"].get(kind.machine)
    if known is None:
        return Priced(kind, None, None)
    disk = kind.disk_gb * float(_table()["disk_usd_gb_month"]) / HOURS_A_MONTH
    return Priced(kind, float(known["usd"]) + disk, int(known["gpus"]))


@functools.cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return table
