"""Tiny cases of the methods that restore images, adversarial and not."""

from typing import Any

from harness.methods import METHODS
from models.declaration import DataSpec
from tests.models.helpers.method_case import Case

WHOLE = DataSpec((3, 16, 16), n_train=64, modalities={"hidden": (4,)})
"""Images whose sides can be halved four times, with hidden boxes."""

SMALLEST = {"network": "tiny", "widths": (16, 8), "d_widths": (8,)}
"""Hyperparameters of the smallest networks; a method takes those that it has."""

THETAS = {"theta_d", "theta_g"}


def restoring_case(name: str, **changed: Any) -> Case:
    """Return the case of a method with tiny networks; ``changed`` are hyperparameters."""
    method = METHODS.load(name)
    has = method.Hyperparameters
    sizes = {key: value for key, value in SMALLEST.items() if hasattr(has, key)}
    hyperparameters = has(**{**sizes, **changed})
    gate = getattr(hyperparameters, "gate", "")
    idle = THETAS if gate == "none" else set()
    falls = "generator/rec" if gate else "loss"
    return Case(method, hyperparameters, WHOLE, frozenset(idle), falls)
