"""What Ray runs as a worker: it has one forked by the process that has imported everything.

Ray starts a worker as a Python that imports Ray to start another that imports it again, and then
all that a trial needs: two seconds of a processor, for each worker. This script imports nothing but
what Python brings. It hands over what a process inherits (arguments, environment, folder, open
files, blocked signals, limits); Ray knows the worker again by the id among the arguments.

Where nobody answers, Ray's own script goes on in this process, as if this one were not there.
"""

import json
import os
import resource
import signal
import socket
import sys
from pathlib import Path

SOCKET = "UNBRAID_FORKS"
"""The environment variable that names the socket of the process that forks."""

MOST_S = 20.0
"""Seconds that an answer is waited for: it comes when the process has imported everything."""

_WORKER, _SETUP = "default_worker.py", "setup_worker.py"

_PYTHON = "--language=PYTHON"
"""Among the arguments where the worker is one of Python's; meant for Ray's own script alone."""

_OF_ITS_OWN = "--serialized-runtime-env-context"
"""Begins the argument by which a worker gets an environment of its own."""


def main(arguments: list[str]) -> None:
    """Have a worker forked, or become one as Ray's script does.

    Args:
        arguments: Ray's, the first of them the path of its worker's script.
    """
    script = Path(arguments[0])
    usual = script.name == _WORKER and _PYTHON in arguments
    usual = usual and not any(each.startswith(_OF_ITS_OWN) for each in arguments)
    if not usual or not _forked([each for each in arguments if each != _PYTHON]):
        setup = str(script.with_name(_SETUP))
        os.execv(sys.executable, [sys.executable, setup, *arguments])


def _forked(arguments: list[str]) -> bool:
    """Return whether the process that forks has answered."""
    request = {
        "arguments": arguments,
        "environment": dict(os.environ),
        "folder": str(Path.cwd()),
        "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
        "files": resource.getrlimit(resource.RLIMIT_NOFILE),
        "leads": os.getpgrp() == os.getpid(),
        "oom": Path("/proc/self/oom_score_adj").read_text(),
    }
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(MOST_S)
            connection.connect(os.environ[SOCKET])
            socket.send_fds(connection, [b"f"], _inherited())
            connection.sendall(json.dumps(request).encode())
            connection.shutdown(socket.SHUT_WR)
            return bool(connection.recv(1))
    except (KeyError, OSError):
        return False


def _inherited() -> list[int]:
    """Return the open files, the first three first: by another of them Ray sees that one ended."""
    numbers = sorted(int(file.name) for file in Path("/proc/self/fd").iterdir())
    return [number for number in numbers if _is_inherited(number)]


def _is_inherited(number: int) -> bool:
    try:
        return os.get_inheritable(number)
    except OSError:  # the folder of open files itself, which is closed again
        return False


if __name__ == "__main__":
    main(sys.argv[1:])
