"""The trackers by name, and what is to be installed for each; none is imported before its use."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from harness.errors import UserError, did_you_mean
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
    return (
        location.rstrip("/").rpartition("/")[2]
        if "://" in location
        else Path(location).resolve().name
    )


def open_tracker(
    name: str, folder: Path, project: str, *, uri: str = "", online: bool = False
) -> Tracker:
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
