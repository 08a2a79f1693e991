"""The lock of a run directory: one driver at a time.

(The library ``filelock`` truncates the file whenever it tries to lock it, and with it the name of
the holder, which the message to whoever comes second needs.)
"""

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from harness.errors import UserError
from harness.results.remote.faults import described
from harness.results.remote.lease import Lease, leased, owners
from harness.results.storage import Storage

LOCK = ".lock"
_WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)


@contextmanager
def locked(storage: Storage) -> Iterator[Lease | None]:
    """Hold a run directory for this process.

    On a file system the kernel lets go when the process ends, even killed. Object stores have no
    locks: there it is a lease (``harness.results.remote.lease``), which this yields.

    Raises:
        UserError: another process holds it, and the message says which; or the file system is full,
            read-only or without locks.
    """
    if not storage.local:
        with leased(storage) as lease:
            yield lease
        return
    with ExitStack() as stack:
        try:
            _lock(storage, stack)
        except OSError as error:
            raise UserError(described(error, "write", f"{storage.label}/{LOCK}")) from error
        yield None


def holder(storage: Storage) -> str:
    """Return who holds a run directory, ``process 7 on host``; "" for nobody. Changes nothing.

    Where there are no locks but leases, it is whoever has one, be it a driver that was killed.
    """
    if not storage.local:
        claims = owners(storage)
        return f"{', '.join(claims)}, unless that was killed" if claims else ""
    try:
        with Path(storage.path(LOCK)).open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read().strip() or "another process"
    except OSError:  # no such file, or no locks
        return ""
    return ""


def _lock(storage: Storage, stack: ExitStack) -> None:
    file = stack.enter_context(Path(storage.path(LOCK)).open("a+"))  # noqa: SIM115
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        holder = file.read().strip() or "another process"
        raise UserError(
            f"{storage.label} is in use by {holder}. Wait until that sweep ends, stop it, "
            "or choose another run directory."
        ) from error
    except OSError as error:
        if error.errno not in _WITHOUT_LOCKS:
            raise
        raise UserError(
            f"{storage.label}: the file system has no locks ({error.strerror}), so that two "
            "sweeps could use the directory at once. Mount it with locks (of NFS: without "
            "`nolock`, and with the server's lock service), or choose a run directory elsewhere, "
            "such as s3://bucket/run."
        ) from error
    file.truncate(0)
    file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
    file.flush()
