"""How a sweep chooses its configurations, and which trials it stops early."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt

from harness.config.build import build


@dataclass(frozen=True)
class Grid:
    """Every combination of the swept values."""

    name: Literal["grid"] = "grid"


@dataclass(frozen=True)
class RandomSearch:
    """Configurations drawn at random; all are known before the first one runs.

    Attributes:
        objectives: metric keys to be as good as possible; None for the first of ``metrics``.
        constraints: what a configuration must meet, ``"mse <= 0.05"``.
    """

    name: Literal["random"]
    objectives: tuple[str, ...] | None = None
    constraints: tuple[str, ...] = ()


@dataclass(frozen=True)
class OptunaSearch:
    """Configurations that a sampler of Optuna's suggests, each from what the earlier ones scored.

    Attributes:
        objectives: metric keys to be as good as possible; None for the first of ``metrics``.
        constraints: what a configuration must meet, ``"mse <= 0.05"``.
        sampler: ``tpe`` (tree-structured Parzen estimator), ``nsgaii`` (evolution, for several
            objectives) or ``random``.
        storage: URL of a database for optuna-dashboard, with each configuration once it has ended;
            None for none. The run directory stays the truth.
        confirm: with so many fresh seeds the best configuration and the default are run once more
            and scored on the test split, while the search itself is scored on validation images;
            0 for a search that is scored on the test split and confirms nothing.
    """

    name: Literal["optuna"]
    objectives: tuple[str, ...] | None = None
    constraints: tuple[str, ...] = ()
    sampler: Literal["tpe", "nsgaii", "random"] = "tpe"
    storage: str | None = None
    confirm: Annotated[int, Ge(0)] = 0


Search = Grid | RandomSearch | OptunaSearch


@dataclass(frozen=True)
class NoScheduler:
    """Every trial runs to its end."""

    name: Literal["none"] = "none"


@dataclass(frozen=True)
class Asha:
    """Asynchronous successive halving: at each rung only the better trials go on (Li et al., 2020).

    Attributes:
        metric: a key of the first of ``metrics``, which is scored along training; None for the
            first that has a direction.
        grace_epochs: the first rung; no trial is stopped before it.
        reduction_factor: one in so many goes on; also the ratio between rungs.
    """

    name: Literal["asha"]
    metric: str | None
    grace_epochs: Annotated[int, Ge(1)]
    reduction_factor: Annotated[float, Gt(1)]

    def rungs(self, epochs: int) -> list[int]:
        """Return the epochs at which a trial of so many may be stopped."""
        rungs, rung = [], float(self.grace_epochs)
        while math.ceil(rung) < epochs:
            rungs.append(math.ceil(rung))
            rung *= self.reduction_factor
        return rungs


Scheduler = NoScheduler | Asha

_SEARCHES: dict[str, type[Any]] = {"grid": Grid, "random": RandomSearch, "optuna": OptunaSearch}
_SCHEDULERS: dict[str, type[Any]] = {"none": NoScheduler, "asha": Asha}


def build_search(values: Mapping[str, Any]) -> Search:
    """Return the search of a configuration node.

    Raises:
        UserError: a wrong key or value.
    """
    search: Search = build(_SEARCHES[values["name"]], values, "search")
    return search


def build_scheduler(values: Mapping[str, Any]) -> Scheduler:
    """Return the scheduler of a configuration node.

    Raises:
        UserError: a wrong key or value.
    """
    scheduler: Scheduler = build(_SCHEDULERS[values["name"]], values, "scheduler")
    return scheduler
