"""Whether a cluster can be started as its file says, and what it would cost."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.cluster import aws
from harness.cluster.file import machine_types, read, schema_mistake, still_to_set
from harness.cluster.findings import Finding
from harness.cluster.prices import Hourly, hourly

_BUCKET = re.compile(r"\b(?:s3|gs)://([^/\s'\"]+)")


def findings(path: str | Path) -> Iterator[Finding]:
    """Yield what is right and wrong about a cluster's file, and the prices; nothing is started.

    Raises:
        UserError: the file cannot be read, is for Kubernetes, or needs a package to be checked.
    """
    cluster = read(path)
    mistake = schema_mistake(cluster)
    if mistake:
        yield Finding("schema", f"Ray's launcher does not take it: {mistake}", ok=False)
        return
    yield Finding("schema", "as Ray's launcher wants it", ok=True)
    places = dict(still_to_set(cluster))
    for place, text in places.items():
        yield Finding("to set", f"{place}: {' '.join(text.split())}", ok=False)
    yield from _mounts(cluster)
    provider = cluster["provider"]["type"]
    if provider == "aws":
        yield from aws.findings(cluster, None if places else bucket_of(cluster))
    elif provider != "local":
        yield Finding("keys", f"{provider} is not asked; its machines are looked up in the table")
    yield from _prices(cluster)


def bucket_of(cluster: Mapping[str, Any]) -> str | None:
    """Return the name of the first bucket among the commands of a cluster."""
    found = _BUCKET.search("\n".join(map(str, cluster.get("setup_commands", []))))
    return found[1] if found else None


def _mounts(cluster: Mapping[str, Any]) -> Iterator[Finding]:
    for source in cluster.get("file_mounts", {}).values():
        if Path(source).expanduser().exists():
            continue
        remedy = (
            "`python -c 'import ray; ray.init()'` makes the token once"
            if source.endswith(".ray/auth_token")
            else "paths are those of the folder you stand in"
        )
        yield Finding("files", f"{source} is not there: {remedy}", ok=False)


def _prices(cluster: Mapping[str, Any]) -> Iterator[Finding]:
    cost = hourly(cluster)
    if not machine_types(cluster):
        yield Finding("price", "machines you have: none is known")
        return
    for each in cost.machines:
        kind = each.kind
        price = "not in the table" if each.usd is None else f"{_usd(each.usd)} an hour each"
        spot = ", as spot mostly a third to two thirds of it" if kind.spot else ""
        yield Finding("price", f"{kind.name}: {kind.most} x {kind.machine}, {price}{spot}")
    yield from _bill(cost)


def _bill(cost: Hourly) -> Iterator[Finding]:
    if cost.idle is not None:
        yield Finding("idle", f"{_usd(cost.idle)} an hour until `ray down`: the head alone")
    if cost.most is None:
        yield Finding("at most", "unknown, as a price is")
        return
    gpus = "" if cost.gpus is None else f" with {cost.gpus} GPUs"
    yield Finding(
        "at most",
        f"{_usd(cost.most)} an hour{gpus}, {_usd(24 * cost.most)} a day: list prices on demand of "
        f"{cost.as_of} in a cheap region, with disks, without storage and traffic",
    )


def _usd(amount: float) -> str:
    return f"{amount:,.2f} USD"
