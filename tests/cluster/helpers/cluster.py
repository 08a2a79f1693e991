"""A Ray cluster on hosts of one's own, launched as docs/clusters/local.yaml says."""

import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.helpers.hosts import RESULTS, Host, Network
from tests.harness.execution.helpers.sweeps import Command

ROOT = Path(__file__).parents[3]
UP_S = 300
"""When to call a launch hung; it takes half a minute."""
TRIES = 5
"""Of `ray up`: where the machine is busy Ray gives up a node that takes half a minute to start."""


class Cluster:
    """Host 1 as the head, the others as its workers; one processor each."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._laptop = network.folder / "laptop"
        token = self._laptop / ".ray" / "auth_token"
        token.parent.mkdir(parents=True)
        token.write_text(os.urandom(32).hex())
        token.chmod(0o600)
        self._file = self._laptop / "cluster.yaml"
        temporary = self._laptop / "tmp"
        temporary.mkdir()
        self._environment = {
            "HOME": str(self._laptop),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_TMPDIR": str(temporary),
            "TMPDIR": str(temporary),
        }
        self._drivers: list[Driver] = []

    @property
    def head(self) -> Host:
        """The host with the driver."""
        return self._network.host(1)

    def up(self, *workers: int, off: tuple[int, ...] = ()) -> None:
        """Launch the cluster: `ray up`; returns when the workers have joined.

        Args:
            workers: numbers of the hosts beside the head.
            off: hosts that belong to it and are not switched on yet. Ray 2.60 takes no host that
                a later `ray up` adds to the list: its running autoscaler keeps the old one.
        """
        hosts = [self._network.host(n).address for n in (1, *workers)]
        later = [self._network.address(n) for n in off]
        self._file.write_text(yaml.safe_dump(self._description([*hosts, *later])))
        for left in reversed(range(TRIES)):
            try:
                self._ray("up", "-y", "--no-config-cache")
                break
            except AssertionError as error:
                if not left or "timed out during startup" not in str(error):
                    raise
        self.wait_for(len(hosts))

    def wait_for(self, n_hosts: int) -> None:
        """Wait until so many hosts are in the cluster."""
        deadline = time.monotonic() + UP_S
        count = "import ray; ray.init('auto', logging_level=40); "
        count += "print('alive', sum(n['Alive'] for n in ray.nodes()))"
        said = ""
        while f"alive {n_hosts}" not in said:
            assert time.monotonic() < deadline, f"{n_hosts} hosts do not join:\n{said}{self.log()}"
            done = self.head.ssh(f"python -c {shlex.quote(count)}")
            said = done.stdout + done.stderr

    def down(self) -> None:
        """End it: `ray down`."""
        self._ray("down", "-y")

    def log(self) -> str:
        """Return what the launcher on the head says."""
        return self.head.ssh("tail -n 40 /tmp/ray/session_latest/logs/monitor.*").stdout

    def sweep(self, *arguments: str, run: str) -> "Driver":
        """Submit a sweep: `unbraid submit`."""
        sweep = ["sweep", *arguments, "ray.gpus_per_trial=0", f"run_dir={RESULTS / run}"]
        log = self._laptop / f"submitted{len(self._drivers)}"
        words = ["submit", str(self._file), *sweep]
        shared = self._network.shared
        self._drivers.append(Driver(self.head, words, log, shared / run, self._environment))
        return self._drivers[-1]

    def forget(self) -> None:
        """Follow no sweep any more."""
        for driver in self._drivers:
            driver.end()

    def _ray(self, *arguments: str) -> None:
        done = subprocess.run(
            [Path(sys.executable).parent / "ray", arguments[0], str(self._file), *arguments[1:]],
            check=False,
            capture_output=True,
            text=True,
            timeout=UP_S,
            cwd=ROOT,  # the file sends the working directory
            env={**os.environ, **self._environment},
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"

    def _description(self, hosts: list[str]) -> dict[str, Any]:
        """Return docs/clusters/local.yaml for these hosts, which have the packages already."""
        text = (ROOT / "docs" / "clusters" / "local.yaml").read_text()
        ours: dict[str, Any] = yaml.safe_load(text)
        return {
            **ours,
            "setup_commands": [c for c in ours["setup_commands"] if "pip" not in c],
            "cluster_name": self._network.name,
            "provider": {
                "type": "local",
                "head_ip": hosts[0],
                "worker_ips": hosts[1:],
            },
            "auth": {"ssh_user": "root", "ssh_private_key": str(self._network.key)},
            "min_workers": len(hosts) - 1,
            "max_workers": len(hosts) - 1,
        }


class Driver:
    """A sweep that was submitted from the laptop, which follows it.

    Args:
        host: the head.
        words: of the command ``unbraid submit``.
        log: where what it prints goes.
        run: the run directory as this machine sees it.
        environment: of the laptop.
    """

    def __init__(
        self, host: Host, words: list[str], log: Path, run: Path, environment: dict[str, str]
    ) -> None:
        self._host, self.run = host, run
        self._command = Command(*words, log=log, cwd=ROOT, **environment)

    @property
    def out(self) -> str:
        """What it has printed."""
        return self._command.out + self._command.err

    @property
    def code(self) -> int | None:
        """Its exit code; None while it runs."""
        code: int | None = self._command.process.poll()
        return code

    def kill(self) -> None:
        """SIGKILL its process on the head."""
        for process in self._host.processes("-m harness sweep"):
            process.kill()

    def end(self) -> None:
        """No longer follow it."""
        self._command.end()


def possible() -> str:
    """Return why there can be no such cluster here; nothing where there can."""
    if os.geteuid() != 0:
        return "needs root, for network namespaces"
    tools = {"ip": "iproute2", "sshd": "openssh-server", "rsync": "rsync", "ssh": "openssh-client"}
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    lacking = [package for tool, package in tools.items() if not shutil.which(tool, path=path)]
    if lacking:
        return f"needs the Debian packages {' '.join(lacking)}"
    hidden = [folder for folder in ("/tmp", "/dev/shm") if Path(sys.prefix).is_relative_to(folder)]
    if hidden:
        return f"needs an environment outside {hidden[0]}, of which each host has its own"
    probe = subprocess.run(
        ["unshare", "--net", "--pid", "--mount", "--uts", "--fork", "true"],
        check=False,
        capture_output=True,
        text=True,
    )
    return f"no namespaces here: {probe.stderr.strip()}" if probe.returncode else ""
