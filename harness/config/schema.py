"""The typed configuration of a trial and of a sweep."""

import dataclasses
import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Lt

from harness.config.searched.settings import Grid, NoScheduler, Scheduler, Search
from harness.data.options import DatasetOptions
from harness.training.scale import Scale
from models.hyperparameters import before_added

SEEDS = 2**32
"""Number of seeds: torch and NumPy take 32 bits."""

DEVICES = r"auto|cpu|cuda(:\d+)?"
"""What a device may be called."""


LEAST_SHARE = 0.0001
"""Of a CPU or GPU: Ray counts in such parts."""


def shares(have: float, amount: float) -> int:
    """Return how many times an amount of CPUs or GPUs is had, in Ray's whole parts of them."""
    return round(have / LEAST_SHARE) // round(amount / LEAST_SHARE)


@dataclass(frozen=True)
class RaySettings:
    """What Ray may use; see ``harness/config/defaults/ray/local.yaml``."""

    address: str | None
    num_cpus: Annotated[int, Ge(1)] | None
    num_gpus: Annotated[int, Ge(0)] | None
    cpus_per_trial: Annotated[float, Gt(0)]
    gpus_per_trial: Annotated[float, Ge(0)]
    max_retries: Annotated[int, Ge(0)]
    trial_limit_s: Annotated[float, Gt(0)] | None = None
    silent_limit_s: Annotated[float, Gt(0)] | None = 3600.0
    evaluate_on_cpu: bool = False
    stack: Annotated[int, Ge(1)] | Literal["auto"] = 1
    cuda_graphs: bool = False

    def __post_init__(self) -> None:
        for name, amount in vars(self).items():
            if name.endswith("_per_trial") and 0 < amount < LEAST_SHARE:
                raise ValueError(f"{name}={amount:g}: the smallest share is {LEAST_SHARE:g}.")
        if self.cuda_graphs and self.stack == 1:
            raise ValueError(
                "cuda_graphs=true: the steps of stacks are recorded as CUDA graphs, and there are "
                "no stacks. Add ray.stack=auto, or a number above 1."
            )
        gpus = self.gpus_per_trial
        if gpus > 1 and gpus != int(gpus):
            raise ValueError(
                f"gpus_per_trial={gpus:g}: above one, Ray gives whole GPUs alone, and "
                "a trial trains on one. Write 1, or a share of one such as 0.5."
            )

    @property
    def threads(self) -> int:
        """Torch threads of a trial: its whole CPUs, at least one."""
        return max(1, int(self.cpus_per_trial))


@dataclass(frozen=True)
class Settings:
    """What a command does beside its trials.

    Attributes:
        seed: the first seed.
        seeds: how many seeds each configuration gets.
        trials: how many configurations a search tries; None for a grid.
        search: how configurations are chosen.
        scheduler: which trials are stopped early.
        device: where trials train: ``auto``, ``cpu``, ``cuda``, or ``cuda:1`` for a GPU of several.
        run_dir: a local folder or an object-store URI.
        data_root: folder with real data files.
        dry_run: print the plan and start nothing.
        retry_failed: run failed trials of an earlier session again.
        mix_code: go on although code of yours has changed since: a method, dataset or metric.
        keep: the trained methods that stay in the run directory: those of all trials that end well,
            the best of each method and dataset, or none.
        ray: what Ray may use.
        checkpoint_s: seconds of training after which a trial is written down again, so that it can
            go on from there; shorter trials never are. None for never.
        log: the trackers that are told of trials while they run.
        log_dir: where these write; None for the folder ``logs`` of the run directory.
    """

    seed: Annotated[int, Ge(0), Lt(SEEDS)]
    seeds: Annotated[int, Gt(0)]
    device: str
    run_dir: str | None
    data_root: str | None
    dry_run: bool
    retry_failed: bool
    ray: RaySettings
    trials: Annotated[int, Ge(1)] | None = None
    search: Search = field(default_factory=Grid)
    scheduler: Scheduler = field(default_factory=NoScheduler)
    keep: Literal["none", "best", "all"] = "best"
    checkpoint_s: Annotated[float, Gt(0)] | None = 300.0
    log: tuple[str, ...] = ()
    log_dir: str | None = None
    mix_code: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(DEVICES, self.device):
            raise ValueError(f"device={self.device}: write auto, cpu, cuda, or cuda:1 for one GPU.")
        if self.seed + self.seeds > SEEDS:
            raise ValueError(
                f"seed={self.seed} seeds={self.seeds} reaches seed {self.seed + self.seeds - 1}; "
                f"the largest is {SEEDS - 1}. Start at a smaller seed."
            )

    @property
    def seed_range(self) -> range:
        """The seeds that every configuration gets."""
        return range(self.seed, self.seed + self.seeds)

    @property
    def data_folder(self) -> Path | None:
        """``data_root`` as a path."""
        return Path(self.data_root).expanduser() if self.data_root else None


@dataclass(frozen=True)
class TrialConfig:
    """One configuration with one seed: all that decides a trial's result.

    Attributes:
        method: registered name or dotted path of the method.
        hyperparameters: instance of the method's hyperparameter dataclass.
        dataset: the dataset's options.
        scale: how long and on how much it trains.
        metrics: names of the metrics of the final evaluation.
        seed: everything random in the trial derives from it.
    """

    method: str
    hyperparameters: Any
    dataset: DatasetOptions
    scale: Scale
    metrics: tuple[str, ...]
    seed: int

    def as_dict(self) -> dict[str, Any]:
        """Return the configuration as nested plain values, as JSON keeps it."""
        nested: dict[str, Any] = {
            "method": {"name": self.method, **dataclasses.asdict(self.hyperparameters)},
            "dataset": {"name": self.dataset.name, **_fields(self.dataset)},
            "scale": dataclasses.asdict(self.scale),
            "metrics": self.metrics,
            "seed": self.seed,
        }
        if self.scale.scored_on == "test":  # ids are those of before there was a choice
            del nested["scale"]["scored_on"]
        plain: dict[str, Any] = json.loads(json.dumps(nested))
        return plain

    def params(self) -> dict[str, Any]:
        """Return the configuration flat, without the seed: ``method.lr`` -> 1e-4."""
        return {
            f"{group}.{key}": value
            for group, values in self.as_dict().items()
            if isinstance(values, dict)
            for key, value in values.items()
            if (group, key) not in {("method", "name"), ("dataset", "name")}
        }

    @property
    def configuration(self) -> str:
        """All but the seed, as JSON: trials that share it differ by chance alone."""
        return json.dumps({**self.as_dict(), "seed": None}, sort_keys=True)

    @cached_property  # asked for again and again, and half of what planning takes
    def trial_id(self) -> str:
        """Twelve hexadecimal digits that name this configuration and seed.

        A field that was added later has no part in it where it says what was so before, so that
        ids of earlier versions stand for the same trials.
        """
        named = self.as_dict()
        parts = {"method": self.hyperparameters, "dataset": self.dataset, "scale": self.scale}
        for group, part in parts.items():
            for name, before in before_added(type(part)).items():
                if named[group][name] == before:
                    del named[group][name]
        canonical = json.dumps(named, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def _fields(options: DatasetOptions) -> dict[str, Any]:
    # Typed as the base class, which has no fields of its own; every subclass is a dataclass.
    return dataclasses.asdict(options)  # type: ignore[call-overload,no-any-return]
