"""cluster.yaml is what Ray's launcher takes, closed to strangers, and pinned like the tests."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ray._private.authentication.authentication_token_setup import _get_default_token_path
from ray.autoscaler._private.util import prepare_config, validate_config

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def cluster() -> dict[str, Any]:
    """The file as `ray up` reads it: checked against Ray's schema, its defaults filled in."""
    prepared: dict[str, Any] = prepare_config(yaml.safe_load((ROOT / "cluster.yaml").read_text()))
    validate_config(prepared)
    return prepared


def test_rays_schema_refuses_what_it_does_not_know(cluster: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="max_workrs"):
        validate_config({**cluster, "max_workrs": 4})


def test_every_node_starts_ray_with_the_token(cluster: dict[str, Any]) -> None:
    assert Path(cluster["file_mounts"]["~/.ray/auth_token"]).expanduser() == _token_path()
    for commands in (cluster["head_start_ray_commands"], cluster["worker_start_ray_commands"]):
        (start,) = [command for command in commands if "ray start" in command]
        assert re.search(r"RAY_AUTH_MODE=token ray start ", start)
        assert start.count("ray start") == 1
    shells = [command for command in cluster["setup_commands"] if ".bashrc" in command]
    assert any("export RAY_AUTH_MODE=token" in command for command in shells)


def _token_path() -> Path:
    return Path(_get_default_token_path())


def test_dashboard_is_for_the_machine_itself(cluster: dict[str, Any]) -> None:
    (start,) = [command for command in cluster["head_start_ray_commands"] if "--head" in command]
    assert re.findall(r"--dashboard-host=(\S+)", start) == ["127.0.0.1"]
    assert "--ray-client-server-port" not in start
    assert "0.0.0.0" not in (ROOT / "cluster.yaml").read_text()


def test_nodes_get_the_tested_versions(cluster: dict[str, Any]) -> None:
    setups = ("setup_commands", "head_setup_commands", "worker_setup_commands")
    commands = [command for setup in setups for command in cluster[setup]]
    installs = [command for command in commands if "pip install" in command]
    ours = [command for command in installs if "'.[cluster]'" in command]
    assert ours
    assert all(re.search(r"cd ~/unbraid && .* -c constraints\.txt ", command) for command in ours)
    # uv is the only thing that comes from anywhere else, also among Ray's own defaults.
    others = {command for command in installs if command not in ours}
    assert others == {"python3 -m pip install --quiet --user uv"}


def test_mounted_folder_is_the_repository(cluster: dict[str, Any]) -> None:
    source = ROOT / cluster["file_mounts"]["~/unbraid"]
    for name in ("pyproject.toml", "constraints.txt", "harness", "models", "search_spaces"):
        assert (source / name).exists()
    assert {".git", ".venv", "runs"} <= set(cluster["rsync_exclude"])


def test_trials_run_on_gpu_workers_that_come_and_go(cluster: dict[str, Any]) -> None:
    nodes = cluster["available_node_types"]
    assert nodes[cluster["head_node_type"]]["resources"]["CPU"] == 0
    (worker,) = [node for name, node in nodes.items() if name != cluster["head_node_type"]]
    assert (worker["min_workers"], worker["max_workers"]) == (0, cluster["max_workers"])
    assert cluster["idle_timeout_minutes"] > 0
