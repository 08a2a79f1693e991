"""Hosts of a cluster on one machine: each has its own network address, processes and files.

A host is a network, process, mount and host-name namespace with an ``sshd`` of its own, its own
home of root, ``/tmp`` and ``/dev/shm``; the hosts share a directory for results, as over NFS.
All names hold the id of the process that makes them; all ends by ids that were noted.
"""

import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import psutil

from tests.cluster.helpers import begun

HOME = Path("~root").expanduser()
RESULTS = HOME / "results"
"""Where a host has the directory that all hosts share."""
PATIENCE_S = 30
IMPOLITE = {"RAY_worker_niceness": "0"}
"""Ray's workers give way to all others by default: on a busy machine they would hardly run."""


def run(*command: object) -> None:
    """Run a command of the machine; its errors are the test's."""
    done = subprocess.run(list(map(str, command)), check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stderr}"


class Host:
    """A host that runs until it is killed, and can be started again, with its home as it was.

    Args:
        network: gives it the address.
        number: its place on the network, from 1.

    Attributes:
        home: where this machine has its home directory.
    """

    def __init__(self, network: "Network", number: int) -> None:
        self.name = f"{network.name}h{number}"
        self.address = network.address(number)
        self._number = number
        self._network, self._link = network, f"{network.name}v{number}"
        self._folder = network.folder / f"h{number}"
        self.home = self._folder / "home"
        self._process: psutil.Popen | None = None

    def start(self) -> None:
        """Start it; returns when it can be reached by ssh."""
        run("ip", "netns", "add", self.name)
        inside = ("ip", "-n", self.name)
        run("ip", "link", "add", self._link, "type", "veth", "peer", "eth0", "netns", self.name)
        run("ip", "link", "set", self._link, "master", self._network.bridge, "up")
        run(*inside, "addr", "add", f"{self.address}/24", "dev", "eth0")
        # A machine keeps its card: the others know it by that for half a minute.
        run(*inside, "link", "set", "eth0", "address", f"02:00:00:00:00:{self._number:02x}")
        run(*inside, "link", "set", "lo", "up")
        run(*inside, "link", "set", "eth0", "up")
        # Ray takes the address that packets to the internet would have; they need not arrive.
        run(*inside, "route", "add", "default", "via", self._network.gateway)
        self._fill_home()
        new = ("--pid", "--mount", "--mount-proc", "--uts", "--fork", "--kill-child")
        with (self._folder / "sshd.log").open("a") as log:
            self._process = psutil.Popen(
                ["ip", "netns", "exec", self.name, "unshare", *new, "bash", "-ec", self._boot()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
            )
        deadline = time.monotonic() + PATIENCE_S
        while self.ssh("true").returncode:
            assert time.monotonic() < deadline, (self._folder / "sshd.log").read_text()
            time.sleep(0.2)

    def ssh(self, command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command on it as Ray's launcher does: in a login shell that reads ``.bashrc``."""
        shell = f"bash --login -c {shlex.quote('source ~/.bashrc; ' + command)}"
        return subprocess.run(
            ["ssh", *self._network.ssh_options, f"root@{self.address}", shell],
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )

    def processes(self, part: str) -> list[psutil.Process]:
        """Return its processes whose name or command line has this text in it."""
        found = []
        for process in self._family():
            try:
                if part in " ".join([process.name(), *process.cmdline()]):
                    found.append(process)
            except psutil.NoSuchProcess:
                continue
        return found

    def kill(self) -> None:
        """End all its processes at once, as a loss of power does."""
        if self._process is None:
            return
        family = self._family()
        # The kernel kills all of a process namespace with its first process.
        for first in self._process.children():
            first.kill()
        self._process.wait(PATIENCE_S)
        psutil.wait_procs(family, timeout=PATIENCE_S)
        self._process = None
        run("ip", "link", "delete", self._link)
        run("ip", "netns", "delete", self.name)

    def begun(self) -> int:
        """Return how many trials began here, ever."""
        return begun.begun(self.home / "begun")

    def cut_off(self) -> None:
        """Pull its network cable."""
        run("ip", "link", "set", self._link, "down")

    def reconnect(self) -> None:
        """Put the cable back."""
        run("ip", "link", "set", self._link, "up")

    def _family(self) -> list[psutil.Process]:
        if self._process is None or not self._process.is_running():
            return []
        family: list[psutil.Process] = self._process.children(recursive=True)
        return family

    def _fill_home(self) -> None:
        home = self.home
        for name in ("results", ".sshd", *map(str, _needed_below_home())):
            (home / name).mkdir(parents=True, exist_ok=True)
        if not (home / "venv").is_symlink():
            (home / "venv").symlink_to(sys.prefix)
        (home / ".bashrc").touch()
        shutil.copy(self._network.key, home / ".sshd" / "host_key")
        shutil.copy(self._network.key.with_suffix(".pub"), home / ".sshd" / "authorized_keys")
        # The launcher on the head reaches the others with the same key.
        settings = {
            "ListenAddress": self.address,
            "HostKey": HOME / ".sshd/host_key",
            "AuthorizedKeysFile": HOME / ".sshd/authorized_keys",
            "PidFile": "none",
            "StrictModes": "no",
            "UsePAM": "no",
            "PasswordAuthentication": "no",
            "PermitRootLogin": "prohibit-password",
            "MaxStartups": "100",
            "MaxSessions": "100",
            "SetEnv": " ".join(f"{k}={shlex.quote(v)}" for k, v in self._environment().items()),
        }
        text = "".join(f"{key} {value}\n" for key, value in settings.items())
        (home / ".sshd" / "config").write_text(text)

    def _environment(self) -> dict[str, str]:
        return {
            "PYTHONPATH": str(HOME / "unbraid"),  # what `pip install -e` does on a real host
            "RAY_OVERRIDE_RESOURCES": '{"CPU":1}',  # a host has one processor, not the machine's
            "RAY_USAGE_STATS_ENABLED": "0",
            **IMPOLITE,
            begun.FILE: str(HOME / "begun"),
        }

    def _boot(self) -> str:
        home, q = self.home, shlex.quote
        binds = [(HOME / below, home / below) for below in _needed_below_home()]
        binds += [(self._network.shared, home / "results"), (home, HOME)]
        return "\n".join(
            [
                f"hostname {q(self.name)}",
                "mkdir -p /run/sshd",
                *(f"mount --rbind {q(str(a))} {q(str(b))}" for a, b in binds),
                "mount -t tmpfs tmpfs /tmp",
                "mount -t tmpfs tmpfs /dev/shm",
                f"exec {q(str(shutil.which('sshd', path='/usr/sbin:/usr/bin')))} -D -e "
                f"-f {q(str(HOME / '.sshd/config'))}",
            ]
        )


def _needed_below_home() -> list[Path]:
    """Return what of this machine's home Python needs, relative to it."""
    prefixes = {Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()}
    return sorted(p.relative_to(HOME) for p in prefixes if p.is_relative_to(HOME))


class Network:
    """A bridge with hosts on it; as a context it takes all away at its end.

    Args:
        folder: for the hosts' files; empty.
        shared: the directory that the hosts share.
    """

    def __init__(self, folder: Path, shared: Path) -> None:
        self.folder, self.shared = folder, shared
        self.name = f"ub{os.getpid()}"
        self.bridge = f"{self.name}br"
        self.prefix = f"10.{128 + os.getpid() % 100}.{os.getpid() // 100 % 250}"
        self.gateway = f"{self.prefix}.254"
        self.key = folder / "key"
        self._hosts: dict[int, Host] = {}

    @property
    def ssh_options(self) -> list[str]:
        """Options of ssh for its hosts, which are new each time."""
        known = ("UserKnownHostsFile=/dev/null", "StrictHostKeyChecking=no", "LogLevel=ERROR")
        patience = ("ConnectTimeout=5", "BatchMode=yes")
        return ["-i", str(self.key), *(f"-o{option}" for option in (*known, *patience))]

    def host(self, number: int) -> Host:
        """Return a host, started where it does not run."""
        host = self._hosts.setdefault(number, Host(self, number))
        if not host.processes("sshd"):
            host.start()
        return host

    def address(self, number: int) -> str:
        """Return the address of a host."""
        return f"{self.prefix}.{number}"

    def running(self, number: int) -> Host | None:
        """Return a host if it runs."""
        host = self._hosts.get(number)
        return host if host and host.processes("sshd") else None

    def begun(self) -> int:
        """Return how many trials began on its hosts, ever."""
        return sum(host.begun() for host in self._hosts.values())

    def __enter__(self) -> Self:
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key)
        run("ip", "link", "add", self.bridge, "type", "bridge")
        run("ip", "addr", "add", f"{self.gateway}/24", "dev", self.bridge)
        run("ip", "link", "set", self.bridge, "up")
        return self

    def __exit__(self, *_: object) -> None:
        for host in self._hosts.values():
            host.kill()
        run("ip", "link", "delete", self.bridge)
