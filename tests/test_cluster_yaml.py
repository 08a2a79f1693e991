"""The cluster files are what Ray's launcher takes, closed to strangers, and pinned as tested."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ray._private.authentication.authentication_token_setup import _get_default_token_path
from ray.autoscaler._private.util import prepare_config, validate_config

ROOT = Path(__file__).parents[1]
CLOUDS = ["cluster.yaml", "docs/clusters/gcp.yaml"]
FILES = [*CLOUDS, "docs/clusters/local.yaml"]
INSTALL = (
    "cd ~/unbraid && VIRTUAL_ENV=~/venv ~/.local/bin/uv pip install -c constraints.txt "
    "-e '.[cluster]'"
)


def prepared(file: str) -> dict[str, Any]:
    """The file as `ray up` reads it: checked against Ray's schema, its defaults filled in."""
    cluster: dict[str, Any] = prepare_config(yaml.safe_load((ROOT / file).read_text()))
    validate_config(cluster)
    return cluster


@pytest.fixture(scope="module", params=FILES)
def cluster(request: pytest.FixtureRequest) -> dict[str, Any]:
    return prepared(request.param)


@pytest.fixture(scope="module", params=CLOUDS)
def cloud(request: pytest.FixtureRequest) -> dict[str, Any]:
    return prepared(request.param)


def test_rays_schema_refuses_what_it_does_not_know(cluster: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="max_workrs"):
        validate_config({**cluster, "max_workrs": 4})


def test_every_node_starts_ray_with_the_token(cluster: dict[str, Any]) -> None:
    token = Path(cluster["file_mounts"]["~/.ray/auth_token"]).expanduser()
    assert token == Path(_get_default_token_path())
    for commands in (cluster["head_start_ray_commands"], cluster["worker_start_ray_commands"]):
        (start,) = [command for command in commands if "ray start" in command]
        assert re.search(r"RAY_AUTH_MODE=token ray start ", start)
        assert start.count("ray start") == 1
    shells = [command for command in cluster["setup_commands"] if ".bashrc" in command]
    assert any("export RAY_AUTH_MODE=token" in command for command in shells)


def test_dashboard_is_for_the_machine_itself(cluster: dict[str, Any]) -> None:
    (start,) = [command for command in cluster["head_start_ray_commands"] if "--head" in command]
    assert re.findall(r"--dashboard-host=(\S+)", start) == ["127.0.0.1"]
    assert "--ray-client-server-port" not in start
    assert "0.0.0.0" not in str(cluster)


def test_nodes_get_the_tested_versions(cluster: dict[str, Any]) -> None:
    commands = cluster["head_setup_commands"] + cluster["worker_setup_commands"]
    installs = {command for command in commands if "pip install" in command}
    assert INSTALL in cluster["head_setup_commands"]
    assert INSTALL in cluster["worker_setup_commands"]
    # uv is the only thing that is not pinned by constraints.txt, also among Ray's own defaults.
    others = {command for command in installs if "-c constraints.txt" not in command}
    assert others == {"python3 -m pip install --quiet --user uv==0.13.9"}


def test_head_of_a_cloud_goes_without_cuda_and_its_workers_do_not(cloud: dict[str, Any]) -> None:
    head, worker = cloud["head_setup_commands"], cloud["worker_setup_commands"]
    (torch,) = [command for command in head if "download.pytorch.org/whl/cpu" in command]
    assert torch.endswith("-c constraints.txt torch")
    assert "--no-deps" in torch  # the index of wheels holds old versions of everything else
    assert head.index(torch) < head.index(INSTALL)
    assert not [command for command in worker if "pytorch.org" in command]


def test_mounted_folder_is_the_repository(cluster: dict[str, Any]) -> None:
    source = ROOT / cluster["file_mounts"]["~/unbraid"]
    for name in ("pyproject.toml", "constraints.txt", "harness", "models", "search_spaces"):
        assert (source / name).exists()
    assert {".git", ".venv", "runs"} <= set(cluster["rsync_exclude"])


def test_trials_run_on_gpu_workers_that_come_and_go(cloud: dict[str, Any]) -> None:
    nodes = dict(cloud["available_node_types"])
    head = nodes.pop(cloud["head_node_type"])
    assert head["resources"]["CPU"] == 0
    assert {node["min_workers"] for node in nodes.values()} == {0}
    assert sum(node["max_workers"] for node in nodes.values()) == cloud["max_workers"]
    assert cloud["idle_timeout_minutes"] > 0


def test_spot_and_on_demand_workers_are_the_same_machines(cloud: dict[str, Any]) -> None:
    spot, on_demand = (cloud["available_node_types"][f"gpu_{n}"] for n in ("spot", "on_demand"))
    assert spot["priority"] > on_demand["priority"]
    market = {"InstanceMarketOptions", "scheduling"}
    for key in (spot["node_config"].keys() | on_demand["node_config"].keys()) - market:
        assert spot["node_config"][key] == on_demand["node_config"][key], key


def test_machines_one_has_are_started_by_the_old_autoscaler() -> None:
    cluster = prepared("docs/clusters/local.yaml")
    (start,) = [command for command in cluster["head_start_ray_commands"] if "--head" in command]
    assert "RAY_enable_autoscaler_v2=0 " in start
