"""Asynchronous successive halving: what is compared, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from harness.config.schema import TrialConfig
from harness.config.searched.settings import Asha
from harness.errors import UserError, did_you_mean
from harness.metrics.registry import METRICS


@dataclass(frozen=True)
class Halving:
    """The rungs of a sweep's trials.

    Attributes:
        metric: what trials are compared by; scored along training.
        direction: whether more or less of it is better.
        rungs: epochs after which a trial may be stopped.
        reduction_factor: one in so many goes on.
    """

    metric: str
    direction: Literal["higher", "lower"]
    rungs: tuple[int, ...]
    reduction_factor: float

    def rung(self, epoch: int) -> int:
        """Return how many rungs an epoch has reached."""
        return sum(epoch >= rung for rung in self.rungs)


def make_halving(asha: Asha, trials: Sequence[TrialConfig]) -> Halving:
    """Return the rungs of these trials.

    Raises:
        UserError: they cannot be compared, or none could be stopped.
    """
    if len({(trial.dataset, trial.scale, trial.metrics[0]) for trial in trials}) > 1:
        raise UserError(
            "scheduler=asha compares trials along training, so they must share dataset and scale. "
            "Give one of each, or leave scheduler out."
        )
    first = trials[0]
    directions = {key.name: key.direction for key in METRICS.load(first.metrics[0]).keys}
    directed = [name for name, direction in directions.items() if direction != "none"]
    metric = asha.metric if asha.metric is not None else next(iter(directed), "")
    direction = directions.get(metric, "none")
    if direction == "none":
        raise UserError(
            f"scheduler.metric={metric or 'null'}: trials are compared by what is scored along "
            f"training, the first of metrics ({first.metrics[0]}): {', '.join(directed) or 'none'}."
            f"{did_you_mean(metric, directed)}"
        )
    rungs = asha.rungs(first.scale.epochs)
    if not rungs:
        raise UserError(
            f"scheduler.grace_epochs={asha.grace_epochs}: a trial has {first.scale.epochs} epochs, "
            "so none could be stopped early. Lower it, or leave scheduler out."
        )
    return Halving(metric, direction, tuple(rungs), asha.reduction_factor)
