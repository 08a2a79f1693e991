"""How long and on how much a trial trains."""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Le

from models.hyperparameters import Added

ScoredOn = Literal["test", "validation"]
"""The images that a trial's scores are of."""

Budget = Literal["fast", "study"]
"""``fast`` for sweeps on a laptop, ``study`` for numbers to publish."""


Precision = Literal["float32", "bfloat16"]
"""In what matrix products and convolutions are computed while a method trains. Numbers of
``bfloat16`` have 8 significant bits and the range of ``float32``."""


@dataclass(frozen=True)
class Scale:
    """How long and on how much a trial trains.

    Attributes:
        name: which preset it came from.
        epochs: passes over the training split.
        batch_size: images a step; the last batch of an epoch may be smaller.
        warmup_fraction: share of the epochs over which the KL weight rises to 1.
        eval_every: epochs between evaluations on the test split (the last is always evaluated).
        train_limit: use the first so many training images; None for all.
        test_limit: use the first so many test images; None for all.
        budget: effort of the metrics that estimate by sampling; it belongs to what they mean.
        scored_on: ``test``, or ``validation``: images that are held out of the training split, by
            which hyperparameters can be chosen without a look at the test split.
        shuffle: go over the training images in a new order in every epoch; if not, in the order in
            which the dataset has them.
        precision: ``bfloat16`` rounds what matrix products and convolutions are of while a method
            trains that allows it; evaluation is in float32.
    """

    name: str
    epochs: Annotated[int, Ge(1)]
    batch_size: Annotated[int, Ge(1)]
    warmup_fraction: Annotated[float, Ge(0), Le(1)]
    eval_every: Annotated[int, Ge(1)]
    train_limit: Annotated[int, Ge(1)] | None
    test_limit: Annotated[int, Ge(1)] | None
    budget: Budget = "fast"
    scored_on: ScoredOn = "test"
    shuffle: Annotated[bool, Added(before=True)] = True
    precision: Annotated[Precision, Added(before="float32")] = "float32"
