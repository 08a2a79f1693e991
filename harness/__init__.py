"""Unbraid's harness: plans sweeps, runs their trials on Ray, and keeps the results."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"


def load_model(run_dir: Any, trial_id: str | None = None, device: str = "cpu") -> Any:
    """Return a trained method that a run directory keeps, ready for use.

    It is the method itself, an ``nn.Module`` in evaluation mode whose parameters ask for no
    gradients, with the functions of ``models.protocols`` that it has: ``encode``, ``reconstruct``,
    ``swap``, ``sample`` and others. Those of images take arrays or tensors ``[N, C, H, W]``, uint8
    or floats in [0, 1], and return tensors on the method's device. ``hyperparameters`` and ``data``
    say what it was built with.

    Args:
        run_dir: a folder or URI that ``unbraid train`` or ``unbraid sweep`` wrote.
        trial_id: whose model; None for the only one or the best. The best is the one of the first
            objective of the search or, without one, of the first metric with a direction that the
            method is scored on.
        device: ``cpu``, ``cuda``, or ``auto`` for a GPU where there is one.

    Warns:
        UserWarning: the method's code is another than it was trained with; says which modules.

    Raises:
        harness.errors.UserError: nothing was kept, there is no such trial, several methods or
            datasets have a model and none was named, or the method's parameters are others now.
        harness.errors.CorruptFileError: the model's file is torn or altered.
    """
    # By name: an import here would be a circle, and cost every `import harness` a second.
    return import_module("harness.kept.loading").load_model(run_dir, trial_id, device)
