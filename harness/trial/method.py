"""A trial's method, with the parameters that its seed draws."""

import torch

from harness import seeding
from harness.config.schema import TrialConfig
from harness.data.dataset import Dataset
from harness.methods import METHODS
from models.method import Method


def build_method(trial: TrialConfig, dataset: Dataset, device: torch.device) -> Method:
    """Return the trial's method on ``device``, with initial weights decided by its seed alone."""
    seeding.seed_globals(trial.seed)
    cls = METHODS.load(trial.method)
    return cls(trial.hyperparameters, dataset.spec).to(device).train()
