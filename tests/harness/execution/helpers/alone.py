"""Two local sessions in one process: prints what listens, who is let in, and what is written.

Run as a program: Ray keeps what it read of the environment for as long as a process lives.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psutil

from harness.config.schema import RaySettings
from harness.execution.session import lean
from harness.execution.session.prestarted import SIGNS, wait_until_ready
from harness.execution.session.ray_session import ray_session

SETTINGS = RaySettings(
    address=None, num_cpus=1, num_gpus=0, cpus_per_trial=1, gpus_per_trial=0, max_retries=0
)

CLIENT = """
import sys
from ray._raylet import GcsClient
try:
    GcsClient(address=sys.argv[1]).internal_kv_keys(b"", None, timeout=5)
except Exception as error:
    print(type(error).__name__, error)
else:
    print("let in")
"""


def listeners() -> list[tuple[str, str, int]]:
    """Return process, address and port of everything that this process tree listens on."""
    me = psutil.Process()
    return [
        (process.name(), connection.laddr.ip, connection.laddr.port)
        for process in (me, *me.children(recursive=True))
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]


def client(address: str, **environment: str) -> str:
    """Ask the head something from a process that has no more than this environment."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    command = [sys.executable, "-c", CLIENT, address]
    answer = subprocess.run(
        command, env={**kept, **environment}, capture_output=True, text=True, timeout=60, check=True
    )
    return answer.stdout


def files_with(secret: str, folder: Path) -> list[str]:
    """Return the regular files below a folder in which a text stands."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert files
    return [str(path) for path in files if secret.encode() in path.read_bytes()]


def found(address: str, node_id: str) -> bool:
    """Say whether a node is found at the first look."""
    with patch("time.sleep", side_effect=TimeoutError):
        try:
            lean.wait_for_node(address, node_id)
        except TimeoutError:
            return False
    return True


class Worker:
    """What a worker of Tune's is here."""

    def key(self) -> str:
        """Return the key with which it would write into a store."""
        return os.environ["AWS_SECRET_ACCESS_KEY"]

    def process(self) -> int:
        """Return in which process it runs."""
        return os.getpid()


def main(home: str) -> None:
    """Run both sessions; ``home`` is the home directory of the other user."""
    said = []
    for _ in range(2):
        with ray_session(SETTINGS, trials=1):
            import ray
            from ray.tune.execution.class_cache import _ActorClassCache

            wait_until_ready(1)
            signs = list(Path(os.environ[SIGNS]).iterdir())
            # As Tune makes its workers, with what it hands them of this environment.
            actor = _ActorClassCache().get(Worker).remote()
            assert ray.get(actor.key.remote()) == os.environ["AWS_SECRET_ACCESS_KEY"], "inherited"
            process = ray.get(actor.process.remote())
            token = os.environ["RAY_AUTH_TOKEN"]
            session: dict[str, Any] = {"listeners": listeners(), "token": token}
            session["prestarted"] = [int(path.name) for path in signs]
            session["worker"] = process
            session["commands"] = [
                " ".join(child.cmdline()) for child in psutil.Process().children(recursive=True)
            ]
            secrets = (token, os.environ["PLANTED_SECRET"])
            folder = Path(os.environ["TMPDIR"])
            session["written"] = [path for each in secrets for path in files_with(each, folder)]
            address = ray.get_runtime_context().gcs_address
            nodes = ray.get_runtime_context().get_node_id(), "0" * 56
            session["found"] = [found(address, node) for node in nodes]
            if not said:
                asking = {"HOME": home, "RAY_AUTH_MODE": "token"}
                session["stranger"] = client(address, HOME=home, RAY_AUTH_MODE="disabled")
                session["guessing"] = client(address, **asking, RAY_AUTH_TOKEN="0" * 64)
                session["owner"] = client(address, **asking, RAY_AUTH_TOKEN=token)
            said.append(session)
    assert SIGNS not in os.environ
    print(json.dumps({"sessions": said, "mode": os.environ.get("RAY_AUTH_MODE")}))


if __name__ == "__main__":
    main(sys.argv[1])
