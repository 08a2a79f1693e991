"""The trackers by name, and what is to be installed for each; none is imported before its use."""

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import UserError, did_you_mean

if TYPE_CHECKING:  # plans check names, and need neither pandas nor Arrow for it
    from harness.tracking.tracker import Tracker

MODULES: Mapping[str, str] = {"tensorboard": "tensorboardX", "mlflow": "mlflow", "wandb": "wandb"}
"""The module that each tracker writes with; the extra that installs it has the tracker's name."""


def check_trackers(names: Any) -> tuple[str, ...]:
    """Return names of trackers as a tuple.

    Raises:
        UserError: not a list, or an unknown name.
    """
    if isinstance(names, str):
        raise UserError(f"log={names}: write a list, log=[{names}].")
    if not isinstance(names, list | tuple):
        raise UserError(f"log={names}: write a list of {', '.join(MODULES)}: log=[tensorboard].")
    asked = tuple(dict.fromkeys(map(str, names)))
    for name in asked:
        if name not in MODULES:
            raise UserError(
                f"log=[{name}]: there is no such tracker.{did_you_mean(name, MODULES)} Known: "
                f"{', '.join(MODULES)}."
            )
    return asked


def require_installed(name: str, wanted_by: str) -> None:
    """Refuse a tracker whose package is not there.

    Args:
        name: the tracker.
        wanted_by: what asks for it, as the user wrote it.

    Raises:
        UserError: names the extra that installs it.
    """
    if find_spec(MODULES[name]) is None:
        raise UserError(
            f"{wanted_by} needs the package {MODULES[name]}, which is not installed: pip install "
            f"-c constraints.txt -e '.[{name}]'"
        )


def project_of(location: str) -> str:
    """Return what the trials of a run directory are called together: the name of the folder."""
    last = location.rstrip("/").rpartition("/")[2]
    return last if "://" in location else Path(location).resolve().name


def log_folder(run_dir: str, log_dir: str | None) -> Path:
    """Return the folder that live logs go to.

    Args:
        run_dir: the sweep's run directory.
        log_dir: what the user named; None for a folder within the run directory.

    Raises:
        UserError: the run directory is not on this machine, and nothing else is named.
    """
    if log_dir:
        return Path(log_dir).expanduser()
    if "://" in run_dir:
        raise UserError(
            f"log= writes files while the sweep runs, and {run_dir} is not on this machine. Name a "
            "folder that is, log_dir=FOLDER."
        )
    return Path(run_dir).expanduser() / "logs"


def open_live(name: str, folder: Path, project: str) -> "Tracker":
    """Return a tracker for trials that are running.

    Its own environment variables count: ``MLFLOW_TRACKING_URI`` names a server, and
    ``WANDB_MODE=online`` sends what is written; else all stays below the folder.
    """
    below = {"tensorboard": "tensorboard", "mlflow": "mlruns", "wandb": "."}[name]
    uri = os.environ.get("MLFLOW_TRACKING_URI", "")
    online = os.environ.get("WANDB_MODE") == "online"
    return open_tracker(name, folder / below, project, uri=uri, online=online)


def open_tracker(
    name: str, folder: Path, project: str, *, uri: str = "", online: bool = False
) -> "Tracker":
    """Return a tracker that writes below a folder.

    Args:
        name: one of ``MODULES``.
        folder: ``mlflow`` makes a store of it, the others write into it.
        project: what the trials together are called.
        uri: where ``mlflow`` writes instead; empty for the folder.
        online: whether ``wandb`` also sends what it writes.
    """
    if name == "tensorboard":
        from harness.tracking.tensorboard import TensorBoard

        return TensorBoard(folder)
    if name == "mlflow":
        from harness.tracking.mlflow import MLflow

        return MLflow(uri or folder.resolve().as_uri(), project)
    from harness.tracking.wandb import WeightsAndBiases

    return WeightsAndBiases(folder.resolve(), project, "online" if online else "offline")
