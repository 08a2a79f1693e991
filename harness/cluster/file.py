"""A cluster's YAML file as Ray's launcher reads it: its machines, and what is still to be set."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.errors import UserError
from harness.yaml_text import read_yaml, told_by_yaml

TO_SET = ("SET-ME", "YOUR-", "192.0.2.")
"""What stands in our files where only the user knows the word; addresses of 192.0.2.0/24 are for
documentation (RFC 5737), and no machine has one."""


@dataclass(frozen=True)
class MachineType:
    """Machines of one kind in a cluster.

    Attributes:
        name: of the type in the file.
        machine: the provider's name of it, such as ``g5.2xlarge``; empty for machines one has.
        most: how many there are at most; the head is one.
        spot: whether the provider may take it back.
        disk_gb: of the disks that the file asks for.
        head: whether it is the head.
    """

    name: str
    machine: str
    most: int
    spot: bool
    disk_gb: float
    head: bool


def read(path: str | Path) -> dict[str, Any]:
    """Return the content of a cluster's file.

    Raises:
        UserError: it cannot be read, or is for something else than ``ray up``.
    """
    try:
        content = read_yaml(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read {path}: {error}") from error
    except yaml.YAMLError as error:
        if "expected a single document" in str(error):
            raise UserError(_kubernetes(path)) from None
        raise UserError(f"{path} is no YAML: {told_by_yaml(error)}") from error
    if isinstance(content, dict) and "apiVersion" in content:
        raise UserError(_kubernetes(path))
    provider = content.get("provider") if isinstance(content, dict) else None
    if not isinstance(provider, dict) or not isinstance(provider.get("type"), str):
        raise UserError(
            f"{path} describes no cluster: it has no `provider: {{type: ...}}`. cluster.yaml and "
            "docs/clusters/ have examples."
        )
    return dict(content)


def _kubernetes(path: str | Path) -> str:
    return (
        f"{path} is for Kubernetes, which checks it itself: "
        f"kubectl apply --dry-run=server -f {path}"
    )


def schema_mistake(cluster: Mapping[str, Any]) -> str:
    """Return what Ray's launcher has against a cluster, or an empty string."""
    import click
    from jsonschema import ValidationError
    from ray.autoscaler._private.util import prepare_config, validate_config

    try:
        validate_config(prepare_config(dict(cluster)))
    except ValidationError as error:
        where = ".".join(str(step) for step in error.absolute_path)
        return f"{where}: {error.message}" if where else str(error.message)
    except (click.ClickException, ValueError, TypeError, KeyError, AttributeError) as error:
        return str(error) or type(error).__name__
    return ""


def machine_types(cluster: Mapping[str, Any]) -> list[MachineType]:
    """Return the kinds of machines of a cluster whose schema is right, the head first."""
    head = cluster.get("head_node_type")
    found = [
        _machine_type(name, node, head=name == head, most_of_all=cluster.get("max_workers", 2))
        for name, node in cluster.get("available_node_types", {}).items()
    ]
    return sorted(found, key=lambda each: not each.head)


def _machine_type(
    name: str, node: Mapping[str, Any], *, head: bool, most_of_all: int
) -> MachineType:
    config = node["node_config"]
    market = config.get("InstanceMarketOptions") or {}
    scheduling = config.get("scheduling") or {}  # Google's: a mapping, in Ray's examples in a list
    if isinstance(scheduling, list):
        scheduling = {key: value for each in scheduling for key, value in each.items()}
    return MachineType(
        name=name,
        machine=str(config.get("InstanceType", config.get("machineType", ""))),
        most=1 if head else int(node.get("max_workers", most_of_all)),
        spot=market.get("MarketType") == "spot"
        or scheduling.get("provisioningModel") == "SPOT"
        or bool(scheduling.get("preemptible")),
        disk_gb=_disks(config, "BlockDeviceMappings", "Ebs", "VolumeSize")
        + _disks(config, "disks", "initializeParams", "diskSizeGb"),
        head=head,
    )


def _disks(config: Mapping[str, Any], disks: str, parameters: str, size: str) -> float:
    """Return the GB of a machine's disks, which AWS and Google write differently."""
    return sum(float((disk.get(parameters) or {}).get(size, 0)) for disk in config.get(disks) or [])


def still_to_set(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Yield ``(place, text)`` of every text in which a word of the user's is missing."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from still_to_set(each, f"{where}.{key}" if where else str(key))
    elif isinstance(value, list):
        for each in value:
            yield from still_to_set(each, where)
    elif isinstance(value, str) and any(word in value for word in TO_SET):
        yield where, value
