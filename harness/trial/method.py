"""A trial's method, with the parameters that its seed draws, and the dataset as it asks for it."""

import torch

from harness import seeding
from harness.config.schema import TrialConfig
from harness.data.dataset import Dataset
from harness.methods import METHODS, declaration
from harness.metrics.registry import METRICS
from models.method import Method


def as_asked(trial: TrialConfig, dataset: Dataset) -> Dataset:
    """Return a trial's dataset with the modalities that are made on request alone.

    Args:
        trial: whose method and metrics say what they ask for.
        dataset: as ``trial.dataset`` loads it, before any limit.
    """
    learner = declaration(trial.method)
    asked = {*learner.needs, *learner.uses, *learner.unpaired}
    asked.update(name for metric in trial.metrics for name in METRICS.load(metric).of_modalities)
    names = [name for name in trial.dataset.on_request if name in asked]
    return trial.dataset.requested(dataset, names) if names else dataset


def build_method(trial: TrialConfig, dataset: Dataset, device: torch.device) -> Method:
    """Return the trial's method on ``device``, with initial weights decided by its seed alone."""
    seeding.seed_globals(trial.seed)
    cls = METHODS.load(trial.method)
    return cls(trial.hyperparameters, dataset.spec).to(device).train()
