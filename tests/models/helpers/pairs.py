"""What the tests of the methods of pairs share: tiny cases, and what an objective reaches."""

from typing import Any

import torch

from harness.methods import METHODS
from models.method import Method, Values
from tests.models.helpers.method_case import DATA, Case

TINY = {"network": "tiny", "d_pose": 16, "d_appearance": 12}
"""Networks and codes for 8 x 8 images; 12 numbers fill no maps of 4 x 4."""


def tiny_case(name: str, **changed: Any) -> Case:
    """Return the case of a method with tiny networks; ``changed`` are hyperparameters."""
    method = METHODS.load(name)
    return Case(method, method.Hyperparameters(**{**TINY, **changed}), DATA)


def reached(method: Method, case: Case, objective: str, values: Values | None = None) -> set[str]:
    """Return the modules with a parameter to which the objective gives a gradient."""
    arguments = case.batch(), case.noise(method), values or case.values(method)
    loss, _ = method(objective, *arguments)
    names, parameters = zip(*method.named_parameters(), strict=True)
    found = torch.autograd.grad(loss, parameters, allow_unused=True)
    pairs = zip(names, found, strict=True)
    return {
        name.partition(".")[0]
        for name, gradient in pairs
        if gradient is not None and gradient.abs().max() > 0
    }
