"""Results of made-up sweeps between two settings: which seed diverges or survives where."""

import copy
import itertools
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from harness.metrics.registry import with_labels
from harness.results import Results
from reports.claims.differing import Differing, declared
from reports.claims.switches import OnSet

RATES = (1e-4, 1e-3, 1e-2, 3e-2, 1e-1)
TRANSFORMS = ("affine_diffeo", "affine", "affine_decomp")
SURVIVES = -150.0
USELESS = -400.0

Reach = Callable[[OnSet, str, int], float]
"""The largest learning rate that a seed survives, of a set of switches, a level and a seed."""


def vitae() -> Differing:
    return declared()["vitae_stability"][0]


def one_at_a_time(differing: Differing) -> list[OnSet]:
    """Ours, each switch on, each off from all on, and all on."""
    names = [*differing.switches]
    everything = frozenset(names)
    singles = [frozenset([name]) for name in names]
    return [frozenset(), *singles, *(everything - one for one in singles), everything]


def config_of(on: Iterable[str], differing: Differing, **measured: Any) -> dict[str, Any]:
    """A stored configuration with these switches on."""
    config: dict[str, Any] = {
        "method": {"name": "c_vitae", "beta": 1.0},
        "dataset": {"name": "mnist"},
        "scale": {"name": "small", "epochs": 16, "train_limit": 10_000},
        "metrics": ["elbo"],
    }
    paths: dict[str, Any] = {}
    for name, switch in differing.switches.items():
        paths |= copy.deepcopy(switch.on if name in on else switch.ours)
    for path, value in (paths | measured).items():
        group, _, key = path.partition(".")
        config[group][key] = value
    return config


def results(
    reach: Reach,
    *,
    sets: Sequence[OnSet] | None = None,
    seeds: int = 5,
    rates: tuple[float, ...] = RATES,
    slow_below: float = 1e-3,
    space: str = "vitae_stability_ablation",
    scale: str = "small",
) -> Results:
    """Make up a finished sweep: beyond its reach a seed diverges, and below it is good enough.

    Below ``slow_below`` it has not learned enough in the time, and has not diverged either.
    """
    differing, rows, plan = vitae(), [], []
    sets = one_at_a_time(differing) if sets is None else sets
    for on, level, rate, seed in itertools.product(sets, TRANSFORMS, rates, range(seeds)):
        far = reach(on, level, seed)
        diverged = rate > far * (1 + 1e-9)
        config = config_of(on, differing, **{"method.transform": level, "method.lr": rate})
        config["scale"]["name"] = scale
        value = np.nan if diverged else (USELESS if rate < slow_below else SURVIVES)
        params = {
            f"param.{group}.{key}": json.dumps(value) if isinstance(value, list) else value
            for group in ("method", "scale")
            for key, value in config[group].items()
        }
        params["param.scale.name"] = scale
        del params["param.method.name"]
        trial = {"trial_id": f"{len(rows):012x}", "seed": seed}
        plan.append(trial | {"config": json.dumps(config | {"seed": seed})} | params)
        rows.append(
            trial
            | {"status": "diverged" if diverged else "ok", "method": "c_vitae"}
            | {"dataset": "mnist", "data_source": "real", "metric.elbo": value}
            | {"time.total": 36.0, "error": "nan" if diverged else None}
            | params
        )
    metrics = [{"name": "elbo", "direction": "higher", "unit": "nats"}]
    sweep = {
        "space": space,
        "title": "C-VITAE between ours and released",
        "report": "differences",
        "command": f"unbraid sweep space={space}",
        "scale": scale,
        "swept": {"method.transform": list(TRANSFORMS), "method.lr": list(rates)},
        "seeds": seeds,
        "metrics": with_labels(metrics),
    }
    nothing = pd.DataFrame(columns=["trial_id", "epoch", "step", "split", "metric", "value"])
    return Results(pd.DataFrame(rows), nothing, pd.DataFrame(plan), sweep, [], "runs/made-up")
