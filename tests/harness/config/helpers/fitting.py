"""Which datasets a method can learn from, as arguments of a command."""

from harness.datasets.registry import DATASETS
from harness.methods import METHODS


def fitting(method: str) -> list[tuple[str, ...]]:
    """Return the arguments for each dataset that has what a method needs, if it is asked for it."""
    learner, found = METHODS.load(method), []
    for name in DATASETS.paths():
        kind = DATASETS.load(name)
        options = kind()
        missing = {*learner.needs} - {*options.modalities}
        asked = {options.optional_modalities.get(each, "").partition(" or ")[0] for each in missing}
        paired = learner.consumes == "images" or kind.identity_factor
        if all(asked) and paired and {*learner.tables} <= {*options.tables}:
            found.append((f"dataset={name}", *sorted(asked)))
    return found
