"""The process that workers are forked from: it imports once what a trial needs (see ``ask``).

Not Ray, which reads its settings when it is imported, and they are a worker's own: that takes each
worker some tenths of a second. It ends when the process that started it does, whatever ends that.
"""

from harness.garbage import collect_seldom

collect_seldom()  # before the imports that follow

import gc  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import resource  # noqa: E402
import runpy  # noqa: E402
import select  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
import warnings  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

_INHERITED = frozenset(os.environ)

_MOST_FILES = 250
"""Open files that one message may hand over."""


def main(listening: int, alive: int) -> None:
    """Fork a worker for each that asks; return in a worker when it ends, else with the parent.

    Args:
        listening: the socket at which they ask.
        alive: a pipe that the process above holds open as long as it lives.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # Ctrl-C is for the driver
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no ended worker is waited for
    import_all()
    listener = socket.socket(fileno=listening)
    while True:
        if alive in select.select([listening, alive], [], [])[0]:
            return
        connection, _ = listener.accept()
        with connection:
            request, files = _received(connection)
            if request is not None and _still_waits(connection) and _fork() == 0:
                break
            for number in files:
                os.close(number)
    listener.close()
    os.close(alive)
    _become_worker(request, files)


def import_all() -> None:
    """Import what a worker does, but Ray."""
    import harness.execution.assignment
    import harness.trial.stacked.together  # noqa: F401

    gc.freeze()  # what is there now stays, and no collection looks at it again


def _still_waits(connection: socket.socket) -> bool:
    """Answer; return whether somebody has heard it, who else has become a worker by himself."""
    try:
        connection.sendall(b"1")
    except OSError:
        return False
    return True


def _fork() -> int:
    with warnings.catch_warnings():
        # Of threads, which are of libraries that are made for it: OpenBLAS's and jemalloc's.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _received(connection: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """Return what one asks for and its open files; None where it has not said it all."""
    parts: list[bytes] = []
    files: list[int] = []
    try:
        _, files, _, _ = socket.recv_fds(connection, 1, _MOST_FILES)
        while part := connection.recv(1 << 16):
            parts.append(part)
        return json.loads(b"".join(parts)), files
    except (OSError, ValueError):
        return None, files


def _become_worker(request: dict[str, Any], files: list[int]) -> None:
    """Be what one asked for: a process of its own that runs Ray's script of a worker."""
    for number, file in enumerate(files[:3]):
        os.dup2(file, number)
    if request["leads"]:
        os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, request["blocked"])
    resource.setrlimit(resource.RLIMIT_NOFILE, tuple(request["files"]))
    Path("/proc/self/oom_score_adj").write_text(request["oom"])
    for name in _INHERITED - request["environment"].keys():
        del os.environ[name]
    os.environ.update(request["environment"])  # beside what imports have set
    os.chdir(request["folder"])
    sys.argv = request["arguments"]
    sys.path.insert(0, str(Path(sys.argv[0]).parent))
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
