"""A local sweep's Ray can be reached from this machine alone, and only with its own token."""

import ipaddress
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ray._private.ray_constants import DEFAULT_DASHBOARD_AGENT_LISTEN_PORT

from tests.harness.execution.helpers.sweeps import ROOT

Said = dict[str, Any]
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory, short_folder: Path) -> Said:
    """What two sessions said, started by someone who had turned authentication off."""
    home = tmp_path_factory.mktemp("home")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(short_folder),
        "HOME": str(home / "own"),
        "RAY_AUTH_MODE": "disabled",
        "PLANTED_SECRET": "planted-" + "7f3a" * 8,
        **dict.fromkeys(KEYS, "planted-" + "7f3a" * 8),
    }
    command = [sys.executable, "-m", "tests.harness.execution.helpers.alone", str(home / "other")]
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=200, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert not list(home.rglob("auth_token")), "the token lies in no home directory"
    answer: Said = json.loads(ended.stdout.splitlines()[-1])
    return answer


def on_loopback(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback


def test_every_listener_is_on_loopback(said: Said) -> None:
    for session in said["sessions"]:
        names = {name for name, *_ in session["listeners"]}
        assert {"gcs_server", "raylet"} <= names
        assert [each for each in session["listeners"] if not on_loopback(each[1])] == []


def test_a_second_sweep_of_a_machine_waits_for_no_port_of_the_first(said: Said) -> None:
    for session in said["sessions"]:
        taken = {port for *_, port in session["listeners"]}
        assert not taken & {8265, 44217, DEFAULT_DASHBOARD_AGENT_LISTEN_PORT}


def test_nothing_runs_that_a_sweep_has_no_use_for(said: Said) -> None:
    for session in said["sessions"]:
        commands = "\n".join(session["commands"])
        assert "raylet" in commands
        for unused in ("dashboard.py", "monitor.py", "log_monitor.py"):
            assert f"/{unused}" not in commands


def test_a_node_is_found_as_soon_as_it_is_there(said: Said) -> None:
    for session in said["sessions"]:
        assert session["found"] == [True, False]


def test_a_trial_gets_the_worker_that_has_made_itself_ready(said: Said) -> None:
    for session in said["sessions"]:
        assert session["prestarted"] == [session["worker"]]


def test_only_who_has_the_token_is_let_in(said: Said) -> None:
    first, second = said["sessions"]
    assert "AuthenticationError" in first["stranger"]
    assert "AuthenticationError" in first["guessing"]
    assert first["owner"].strip() == "let in"
    assert first["token"] != second["token"], "every session has its own"
    assert said["mode"] == "disabled", "what the user had set is back afterwards"


def test_neither_token_nor_environment_is_in_rays_files(said: Said) -> None:
    assert [session["written"] for session in said["sessions"]] == [[], []]
