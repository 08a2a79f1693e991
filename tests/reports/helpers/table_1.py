"""Results of made-up sweeps between our RoDi and the released one: a number of each variant."""

import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from harness.metrics.registry import describe_keys
from harness.results import Results
from reports.claims.differing import Differing, declared
from reports.claims.switches import OnSet

SETS: tuple[OnSet, ...] = (
    frozenset(),
    frozenset({"start"}),
    frozenset({"estimator"}),
    frozenset({"start", "pace"}),
)


def statements() -> list[Differing]:
    return declared()["rodi_table_1"]


Metrics = Callable[[OnSet, str], Mapping[str, float]]
"""Metrics of a set of switches and a variant, about which the seeds scatter."""


def table_1(metrics: Metrics, *, sets: tuple[OnSet, ...] = SETS, spread: float = 0.01) -> Results:
    """Make up a finished sweep of four variants and five seeds, with a relative spread of these."""
    rng, of = np.random.default_rng(0), statements()[0]
    rows, plan = [], []
    for on, variant, seed in itertools.product(sets, "abce", range(5)):
        config = _config(on, of)
        config["method"]["variant"] = variant
        values = metrics(on, variant).items()
        trial = {"trial_id": f"{len(rows):012x}", "seed": seed}
        params = {
            f"param.{group}.{key}": value
            for group in ("method", "dataset", "scale")
            for key, value in config[group].items()
            if key != "name"
        }
        plan.append(trial | {"config": json.dumps(config | {"seed": seed})} | params)
        rows.append(
            trial
            | {"status": "ok", "method": "rodi", "dataset": "sprites", "data_source": "real"}
            | {f"metric.{k}": v * (1 + spread * rng.standard_normal()) for k, v in values}
            | {"time.total": 90.0, "error": None}
            | params
        )
    sweep = {
        "space": "rodi_differences",
        "title": "RoDi between ours and released",
        "report": "differences",
        "command": "unbraid sweep space=rodi_differences scale=small",
        "scale": "small",
        "swept": {"method.variant": list("abce")},
        "seeds": 5,
        "metrics": describe_keys(["pairs", "information", "triplets", "appearance_probe"]),
    }
    nothing = pd.DataFrame(columns=["trial_id", "epoch", "step", "split", "metric", "value"])
    return Results(pd.DataFrame(rows), nothing, pd.DataFrame(plan), sweep, [], "runs/made-up")


def _config(on: OnSet, of: Differing) -> dict[str, Any]:
    config: dict[str, Any] = {
        "method": {"name": "rodi", "epsilon": 0.125},
        "dataset": {"name": "sprites"},
        "scale": {"name": "small", "train_limit": 10_240},
        "metrics": ["pairs", "information", "triplets", "appearance_probe"],
    }
    for name, switch in of.switches.items():
        for path, value in (switch.on if name in on else switch.ours).items():
            group, _, key = path.partition(".")
            config[group][key] = value
    return config
