"""``unbraid doctor``: what keeps a sweep from running here, or what is damaged in one."""

import argparse
import dataclasses
import hashlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from harness import __version__
from harness.cluster.findings import Finding, show
from harness.commands.running import health
from harness.data.own.finding import NoneNamedError
from harness.datasets.registry import DATASETS, check_available
from harness.errors import UserError

_PACKAGES = ("torch", "ray", "optuna", "hydra-core", "numpy", "pandas", "pyarrow", "matplotlib")
_LITTLE_DISK_GB = 1.0


def run(options: argparse.Namespace) -> int:
    """Print every finding; return 1 if something would keep a sweep from running.

    With a run directory, it is that which is examined, and not this machine.
    """
    if options.run_dir:
        return health.run(options.run_dir, repair=options.repair)
    if options.repair:
        raise UserError("--repair is for a run directory: unbraid doctor RUN_DIR --repair")
    checks: list[Callable[[], Iterator[Finding]]] = [
        _versions,
        _processors,
        lambda: _data(options.data_root),
        lambda: _sums(options.data_root) if options.md5 else iter(()),
        _disk,
        _ray,
    ]
    return int(show(finding for check in checks for finding in check()))


def _versions() -> Iterator[Finding]:
    yield Finding("unbraid", f"{__version__} on Python {platform.python_version()}")
    versions = [f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES]
    yield Finding("packages", ", ".join(versions))


def _processors() -> Iterator[Finding]:
    import torch

    memory = psutil.virtual_memory()
    yield Finding(
        "cpu",
        f"{os.cpu_count()} cores, {memory.total / 2**30:.0f} GiB of memory, "
        f"{memory.available / 2**30:.0f} GiB free",
    )
    if not torch.cuda.is_available():
        yield Finding("gpu", "none that torch sees; trials train on the CPU")
    for index in range(torch.cuda.device_count()):
        gpu = torch.cuda.get_device_properties(index)
        yield Finding("gpu", f"{gpu.name}, {gpu.total_memory / 2**30:.0f} GiB", ok=True)


def _data(data_root: str | None) -> Iterator[Finding]:
    root = data_root or os.environ.get("UNBRAID_DATA")
    yield Finding("data_root", root or "not set (UNBRAID_DATA or data_root=...)")
    for name in DATASETS.paths():
        yield _dataset(name, Path(root) if root else None)


def _dataset(name: str, root: Path | None) -> Finding:
    """Say whether a dataset is drawn or real, and whether its files are there."""
    options: Any = DATASETS.load(name)()
    if options.needs_no_files:
        return Finding(name, "procedural: needs no files", ok=True)
    drawn = getattr(options, "source", "") == "procedural"
    before = "procedural; with dataset.source=real: " if drawn else ""
    try:
        # Of both sources the real one is what may be missing.
        check_available(dataclasses.replace(options, **{"source": "real"} if drawn else {}), root)
    except NoneNamedError as error:
        return Finding(name, str(error))
    except UserError as error:
        return Finding(name, f"{before}not found: {str(error).splitlines()[0]}", ok=drawn or None)
    return Finding(name, f"{before}real images, found", ok=True)


def _sums(data_root: str | None) -> Iterator[Finding]:
    """Compare files with what was published; tens of seconds for one of 10 GB."""
    root = data_root or os.environ.get("UNBRAID_DATA")
    published: dict[Path, str] = {}
    for name in DATASETS.paths() if root else ():
        published |= DATASETS.load(name)().files_with_md5(Path(str(root)))
    if not published:
        yield Finding("md5", "no file was found of which the published MD5 sum is known")
    for path, expected in published.items():
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "md5").hexdigest()
        if found == expected:
            yield Finding("md5", f"{path} is the published file ({found})", ok=True)
        else:
            text = f"{path} has the MD5 sum {found}, the published file {expected}. Fetch it again."
            yield Finding("md5", text, ok=False)


def _disk() -> Iterator[Finding]:
    free = shutil.disk_usage(Path.cwd()).free / 2**30
    yield Finding("disk", f"{free:.1f} GiB free in {Path.cwd()}", ok=free > _LITTLE_DISK_GB)
    shared = Path("/dev/shm")
    if shared.is_dir():
        free = shutil.disk_usage(shared).free / 2**30
        text = f"{free:.1f} GiB free in /dev/shm, where Ray keeps datasets"
        yield Finding("memory", text, ok=free > _LITTLE_DISK_GB)


def _ray() -> Iterator[Finding]:
    # A Ray that cannot start may hang or end its process: ask another one.
    probe = (
        "import ray, logging; ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, "
        "logging_level=logging.CRITICAL); print(ray.get(ray.remote(lambda: 'answered').remote()))"
    )
    try:
        result = subprocess.run(
            [sys.executable, "-c", probe], capture_output=True, text=True, timeout=90, check=True
        )
    except subprocess.TimeoutExpired:
        yield Finding("ray", "did not start within 90 s", ok=False)
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["no message"])[-1]
        yield Finding("ray", f"does not start: {last}", ok=False)
    else:
        yield Finding("ray", f"starts here; a worker {result.stdout.split()[-1]}", ok=True)
    address = os.environ.get("RAY_ADDRESS")
    yield Finding("cluster", f"RAY_ADDRESS={address}" if address else "none (RAY_ADDRESS not set)")
