"""The temporary folder that Tune writes its own state into, and those that killed sweeps left."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

_NAME = re.compile(r"unbraid-tune-(\d+)-\w+")
"""The folder of a sweep, with its driver's process id."""


@contextmanager
def scratch() -> Iterator[str]:
    """Yield the path of a temporary folder, which is deleted at the end.

    A driver that SIGKILL ends deletes nothing, so that the next one on its machine does. A process
    that has got the id of a killed driver keeps that one's folder for a while, and no other.
    """
    for left in _left_over():
        shutil.rmtree(left, ignore_errors=True)
    prefix = f"unbraid-tune-{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder:
        yield folder


def _left_over() -> list[Path]:
    """Return this user's folders whose driver is gone."""
    found = []
    for path in Path(tempfile.gettempdir()).glob("unbraid-tune-*"):
        named = _NAME.fullmatch(path.name)
        if not named or path.is_symlink() or not path.is_dir():
            continue
        if path.stat().st_uid == os.getuid() and not psutil.pid_exists(int(named[1])):
            found.append(path)
    return found
