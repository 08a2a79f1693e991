"""Starts and ends the process that workers of this machine are forked from (see ``parent``)."""

import os
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from harness.execution.session.forking.ask import SOCKET

POSSIBLE = sys.platform == "linux"
"""Elsewhere libraries of the system do not survive a fork."""


@dataclass
class _Server:
    process: subprocess.Popen[bytes]
    held: int
    folder: "tempfile.TemporaryDirectory[str]"


_servers: list[_Server] = []


def start() -> None:
    """Let workers that Ray starts from here on be forked, where that is possible.

    The process imports for a second, beside whatever this one does meanwhile.
    """
    if not POSSIBLE or _servers:
        return
    folder = tempfile.TemporaryDirectory(prefix="unbraid-forks-")  # open to this user alone
    path = str(Path(folder.name, "socket"))
    with socket.socket(socket.AF_UNIX) as listener:
        try:
            listener.bind(path)
        except OSError:  # its path is too long for a socket
            folder.cleanup()
            return
        listener.listen(128)
        alive, held = os.pipe()
        ends = listener.fileno(), alive
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", f"{__package__}.parent", *map(str, ends)],
            pass_fds=ends,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # where it fails, workers start as Ray starts them
        )
        os.close(alive)
    os.environ[SOCKET] = path
    _servers.append(_Server(process, held, folder))


def stop() -> None:
    """Let workers start as Ray starts them again; those that were forked go on."""
    while _servers:
        server = _servers.pop()
        os.environ.pop(SOCKET, None)
        os.close(server.held)
        server.process.kill()  # it has nothing to lose
        server.process.wait()
        server.folder.cleanup()
