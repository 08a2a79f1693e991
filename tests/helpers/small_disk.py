"""A small file system to fill, for tests with the right to mount one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, size: str, *, lazy: bool = False) -> Iterator[Path]:
    """Yield a new file system below a folder; skip the test where none may be mounted.

    Args:
        folder: where it is to be.
        size: as ``mount`` reads it.
        lazy: let processes that were killed hold a file of it a moment longer.
    """
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    yield disk
    subprocess.run(["umount", *(["--lazy"] if lazy else []), str(disk)], check=True)
