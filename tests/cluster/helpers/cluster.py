"""A Ray cluster on hosts of one's own, launched by `ray up` with the commands of cluster.yaml."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.helpers.hosts import HOME, RESULTS, Host, Network

ROOT = Path(__file__).parents[3]
UP_S = 180
"""When to call a launch hung; it takes half a minute."""


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
        self._temporary = self._laptop / "tmp"
        self._temporary.mkdir()

    @property
    def head(self) -> Host:
        """The host with the driver."""
        return self._network.host(1)

    def up(self, *workers: int, restart: bool = True) -> None:
        """Start or change the cluster: `ray up`; returns when the workers have joined."""
        hosts = [self._network.host(n) for n in (1, *workers)]
        self._file.write_text(yaml.safe_dump(self._description(hosts)))
        self._ray("up", "-y", "--no-config-cache", *(() if restart else ("--no-restart",)))
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
        """Start a sweep on the head."""
        return Driver(self.head, arguments, self._network.shared, run)

    def _ray(self, *arguments: str) -> None:
        bin_folder = Path(sys.executable).parent
        environment = {
            **os.environ,
            "HOME": str(self._laptop),
            "PATH": f"{bin_folder}:{os.environ['PATH']}",
            "RAY_UP_enable_autoscaler_v2": "0",
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_TMPDIR": str(self._temporary),
            "TMPDIR": str(self._temporary),
        }
        done = subprocess.run(
            [bin_folder / "ray", arguments[0], str(self._file), *arguments[1:]],
            check=False,
            capture_output=True,
            text=True,
            timeout=UP_S,
            cwd=ROOT,  # cluster.yaml sends the working directory
            env=environment,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"

    def _description(self, hosts: list[Host]) -> dict[str, Any]:
        """Return cluster.yaml for these hosts: its files and commands, with nothing to install."""
        ours = yaml.safe_load((ROOT / "cluster.yaml").read_text())
        same = ("idle_timeout_minutes", "file_mounts", "rsync_exclude", "head_setup_commands")
        starts = ("head_start_ray_commands", "worker_start_ray_commands")
        return {
            **{key: ours[key] for key in (*same, *starts)},
            "setup_commands": [c for c in ours["setup_commands"] if " pip " not in c],
            "cluster_name": self._network.name,
            "provider": {
                "type": "local",
                "head_ip": hosts[0].address,
                "worker_ips": [host.address for host in hosts[1:]],
            },
            "auth": {"ssh_user": "root", "ssh_private_key": str(self._network.key)},
            "min_workers": len(hosts) - 1,
            "max_workers": len(hosts) - 1,
        }


class Driver:
    """A sweep that runs on a host, as its users start it there.

    Args:
        host: where.
        arguments: of ``unbraid sweep``.
        shared: where this machine has the directory that the hosts share.
        run: the name of the run directory in it.
    """

    def __init__(self, host: Host, arguments: tuple[str, ...], shared: Path, run: str) -> None:
        self._host, self.run = host, shared / run
        # On the host itself: the disk of the results may be full.
        n = len(list(host.home.glob(f"{run}.*.out")))
        self._out = host.home / f"{run}.{n}.out"
        self._code = self._out.with_suffix(".code")
        words = ["sweep", *arguments, "ray=cluster", "ray.gpus_per_trial=0"]
        sweep = shlex.join([*words, f"run_dir={RESULTS / run}"])
        code, out = HOME / self._code.name, HOME / self._out.name
        script = f"cd ~/unbraid; python -m harness {sweep}; echo $? > {code}"
        done = host.ssh(f"setsid nohup bash -c {shlex.quote(script)} </dev/null >{out} 2>&1 &")
        assert done.returncode == 0, done.stderr

    @property
    def out(self) -> str:
        """What it has printed."""
        return self._out.read_text() if self._out.exists() else ""

    @property
    def code(self) -> int | None:
        """Its exit code; None while it runs."""
        text = self._code.read_text() if self._code.exists() else ""
        return int(text) if text.strip() else None

    def alive(self) -> bool:
        """Say whether it runs; a host that died has taken it along."""
        return self.code is None and bool(self._host.processes("-m harness sweep"))

    def restarts(self) -> int:
        """Return how many trials it has started again because a worker died."""
        return len(re.findall("^a worker died; started again", self.out, re.MULTILINE))

    def kill(self) -> None:
        """SIGKILL its process."""
        for process in self._host.processes("-m harness sweep"):
            process.kill()


def possible() -> str:
    """Return why there can be no such cluster here; nothing where there can."""
    if os.geteuid() != 0:
        return "needs root, for network namespaces"
    tools = {"ip": "iproute2", "sshd": "openssh-server", "rsync": "rsync", "ssh": "openssh-client"}
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    lacking = [package for tool, package in tools.items() if not shutil.which(tool, path=path)]
    if lacking:
        return f"needs the Debian packages {' '.join(lacking)}"
    probe = subprocess.run(
        ["unshare", "--net", "--pid", "--mount", "--uts", "--fork", "true"],
        check=False,
        capture_output=True,
        text=True,
    )
    return f"no namespaces here: {probe.stderr.strip()}" if probe.returncode else ""
