"""The head of a cluster, reached from here: through an SSH tunnel, or by its address."""

import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import UserError
from harness.shell import command_line

if TYPE_CHECKING:
    from ray.job_submission import JobSubmissionClient

TOKEN = Path("~/.ray/auth_token")
"""Where Ray keeps the token that nodes and clients show one another."""

TUNNEL_S = 120.0
"""Seconds in which the tunnel has to stand: a cloud's API is asked for the head's address first."""

DASHBOARD_PORT = 8265
_LOOK_EVERY_S = 0.3

_NOT_INSTALLED = (
    "Ray's job client is not installed here: pip install -c constraints.txt -e '.[cluster]'"
)


@contextmanager
def jobs_client(cluster: str) -> "Iterator[JobSubmissionClient]":
    """Yield a client of the jobs of a cluster.

    Args:
        cluster: the YAML file that ``ray up`` was given, whose head is reached through an SSH
            tunnel as Ray's launcher makes it; or the address of its dashboard, such as
            ``http://127.0.0.1:8265``.

    Raises:
        UserError: there is no such file, the head cannot be reached, or Ray's job client is not
            installed.
    """
    if cluster.startswith(("http://", "https://")):
        yield _client(cluster)
        return
    if not Path(cluster).is_file():
        raise UserError(
            f"There is no file {cluster}: give the YAML that `ray up` was given, or the address of "
            f"the cluster's dashboard, such as http://127.0.0.1:{DASHBOARD_PORT}."
        )
    with _tunnel(cluster) as port:
        yield _client(f"http://127.0.0.1:{port}")


def _client(address: str) -> "JobSubmissionClient":
    if TOKEN.expanduser().is_file() or os.environ.get("RAY_AUTH_TOKEN"):
        os.environ.setdefault("RAY_AUTH_MODE", "token")  # read when Ray is imported
    try:
        from ray.exceptions import AuthenticationError
        from ray.job_submission import JobSubmissionClient
    except ImportError:
        raise UserError(_NOT_INSTALLED) from None
    # Ray sets a level of its own when it is imported; it would tell every file it leaves out.
    logging.getLogger("ray").setLevel(logging.ERROR)
    try:
        return JobSubmissionClient(address)
    except AuthenticationError as error:
        raise UserError(_refused(address, error.message)) from None
    except (ConnectionError, RuntimeError) as error:
        if "ray[default]" in str(error):
            raise UserError(_NOT_INSTALLED) from None
        raise UserError(_refused(address, str(error))) from None


def _refused(address: str, reason: str) -> str:
    hint = ""
    if "token" in reason.lower() or "401" in reason or "403" in reason:
        hint = f" This machine's token is {TOKEN}; it must be the one that the cluster was given."
    return f"The cluster at {address} cannot be asked for its jobs: {_last_line(reason)}.{hint}"


@contextmanager
def _tunnel(cluster: str) -> Iterator[int]:
    """Yield the local port of a tunnel to the dashboard, which listens on its head's loopback."""
    port = free_port()
    # Ray's command line knows user, key and proxy of every kind of provider.
    command = [sys.executable, "-m", "ray.scripts.scripts", "dashboard", cluster]
    command += ["--port", str(port)]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us alone; the tunnel ends below
        )
        try:
            deadline = time.monotonic() + TUNNEL_S
            while not _answers(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    output.seek(0)
                    raise UserError(_no_tunnel(cluster, output.read().decode(errors="replace")))
                time.sleep(_LOOK_EVERY_S)
            yield port
        finally:
            _end(process)


def _answers(port: int) -> bool:
    """Say whether a dashboard answers: ssh listens here before the other end can be reached."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/api/version", timeout=5).close()
    except urllib.error.HTTPError:
        return True  # it wants the token
    except OSError:
        return False
    return True


def _no_tunnel(cluster: str, output: str) -> str:
    tries = " and ".join(
        f"`{command_line(words)}`" for words in (["ray", "up", cluster], ["ray", "attach", cluster])
    )
    return (
        f"The head of {cluster} cannot be reached by SSH: {_last_line(output) or 'no answer'}\n"
        f"{tries} show whether it runs and whether this machine may log in."
    )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else ""


def free_port() -> int:
    """Return a port of this machine's loopback that nothing listens at."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children, ssh among them."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(5)
    except ProcessLookupError:
        process.wait()
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
