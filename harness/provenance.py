"""Where a result comes from: code, versions, machine. Written into every row."""

import functools
import importlib.metadata
import os
import platform
import socket
import subprocess
from pathlib import Path
from typing import Any

from harness import __version__

ENV_COLUMNS: dict[str, type] = {
    "git_commit": str,
    "git_dirty": bool,
    "unbraid": str,
    "python": str,
    "torch": str,
    "ray": str,
    "numpy": str,
    "scikit_learn": str,
    "host": str,
    "cpu": str,
    "device": str,
    "threads": int,
    "data_root": str,
    "data_fingerprint": str,
    "code_fingerprint": str,
    "parameters": int,
    "dimensions": int,
    "arrays": int,
    "unscored": str,
    "stack": int,
    "stack_choice": str,
}
"""Names and types of the ``env.*`` columns.

``code_fingerprint`` is of methods, datasets and metrics from outside; None where all are ours.
``dimensions`` is how many values an image has, channels times pixels; ``unscored`` says which
scores could not be computed, and why (see ``Scores.why_not``). ``stack`` is with how many trials at
most, itself among them, a trial took its steps, and ``stack_choice`` why with so many.
"""


COMMIT, DIRTY = "UNBRAID_GIT_COMMIT", "UNBRAID_GIT_DIRTY"
"""Environment variables that tell a copy without a checkout what it is a copy of."""


@functools.cache
def code_version() -> dict[str, Any]:
    """Return ``git_commit`` and ``git_dirty`` of the checkout Unbraid runs from.

    Of a copy that was sent to a cluster they are the sender's. Both are None where it was
    installed without a checkout.
    """
    folder = Path(__file__).resolve().parent
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None and os.environ.get(COMMIT):
        return {"git_commit": os.environ[COMMIT], "git_dirty": os.environ.get(DIRTY) == "True"}
    dirty = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return {"git_commit": commit, "git_dirty": None if dirty is None else dirty != ""}


@functools.cache
def machine() -> dict[str, Any]:
    """Return versions, host and processor of this process."""
    known = ("torch", "ray", "numpy", "scikit-learn")
    packages = {name.replace("-", "_"): importlib.metadata.version(name) for name in known}
    return {
        "unbraid": __version__,
        "python": platform.python_version(),
        **packages,
        "host": socket.gethostname(),
        "cpu": _cpu(),
    }


def _git(folder: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(folder), *arguments]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return result.stdout.strip()


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((x.partition(":")[2].strip() for x in lines if x.startswith("model name")), "")
