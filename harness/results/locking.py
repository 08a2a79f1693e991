"""The lock of a run directory: one driver at a time.

(The library ``filelock`` truncates the file whenever it tries to lock it, and with it the name of
the holder, which the message to whoever comes second needs.)
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.errors import UserError
from harness.results.storage import Storage

LOCK = ".lock"


@contextmanager
def locked(storage: Storage) -> Iterator[None]:
    """Hold a run directory for this process; the kernel lets go when the process ends, even killed.

    Object stores have no locks: there the caller sees to it that one driver runs at a time.

    Raises:
        UserError: another process holds it; the message says which.
    """
    if not storage.local:
        yield
        return
    with Path(storage.path(LOCK)).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise UserError(
                f"{storage.label} is in use by {holder}. Wait until that sweep ends, stop it, "
                "or choose another run directory."
            ) from error
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        file.flush()
        yield
