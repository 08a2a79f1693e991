"""Results of made-up leaderboards: methods tuned on validation data, confirmed on test data."""

import hashlib
import json
from typing import Any

import numpy as np
import pandas as pd

from harness.results import Results

METRICS = [
    {"name": "mig", "label": "MIG", "direction": "higher", "unit": "", "range": "[0, 1]"},
    {"name": "mse", "label": "MSE", "direction": "lower", "unit": "", "range": "[0, inf)"},
    {"name": "kl", "label": "KL", "direction": "none", "unit": "nats", "range": "[0, inf)"},
]
ENV = {
    "env.torch": "2.13.0",
    "env.unbraid": "0.1.0",
    "env.scikit_learn": "1.9.1",
    "env.git_commit": "3f786850e387550fdab836ed7e6dc881de23001b",
}
SCALE = {
    "name": "small",
    "epochs": 40,
    "train_limit": 2000,
    "test_limit": 500,
    "budget": "fast",
    "batch_size": 64,
}


def trial(
    method: str,
    seed: int,
    dataset: str = "shapes",
    *,
    mig: float = 0.5,
    mse: float = 0.1,
    status: str = "ok",
    scored_on: str | None = "test",
    scale: dict[str, Any] | None = None,
    options: dict[str, Any] | None = None,
    env: dict[str, Any] | None = None,
    **method_values: Any,
) -> dict[str, Any]:
    """A planned trial with its outcome; ``status`` may be ``missing``."""
    params = {f"param.method.{k}": v for k, v in ({"lr": 1e-3} | method_values).items()}
    params |= {f"param.scale.{k}": v for k, v in (SCALE | (scale or {})).items()}
    params |= {f"param.dataset.{k}": v for k, v in ({"size": 64} | (options or {})).items()}
    if scored_on:
        params["param.scale.scored_on"] = scored_on
    said = json.dumps([method, dataset, params, seed], sort_keys=True)
    ok = status == "ok"
    return {
        "trial_id": f"{hashlib.sha256(said.encode()).hexdigest()[:12]}",
        "status": status,
        "method": method,
        "dataset": dataset,
        "data_source": "procedural",
        "seed": seed,
        **params,
        "metric.mig": mig if ok else np.nan,
        "metric.mse": mse if ok else np.nan,
        "metric.kl": 3.0 if ok else np.nan,
        "time.total": 10.0,
        **ENV,
        **(env or {}),
        "error": None,
    }


def run(trials: list[dict[str, Any]], location: str = "runs/one", **sweep: Any) -> Results:
    """A run directory with these trials."""
    rows = pd.DataFrame(trials)
    plan = rows[["trial_id", "seed", *(c for c in rows if str(c).startswith("param."))]].copy()
    plan["config"] = [json.dumps(config_of(t)) for t in trials]
    finished = rows[rows["status"] != "missing"].reset_index(drop=True)
    curves = pd.DataFrame(columns=["trial_id", "epoch", "step", "split", "metric", "value"])
    return Results(finished, curves, plan, {"metrics": METRICS} | sweep, [], location)


def config_of(row: dict[str, Any]) -> dict[str, Any]:
    """The configuration of a trial, as a plan keeps it."""
    groups = {
        group: {
            key.removeprefix(f"param.{group}."): value
            for key, value in row.items()
            if key.startswith(f"param.{group}.")
        }
        for group in ("method", "dataset", "scale")
    }
    for group in ("method", "dataset"):
        groups[group]["name"] = row[group]
    return {**groups, "seed": row["seed"]}


def search(
    method: str, dataset: str = "shapes", trials: int = 2, confirm: int = 0, **values: Any
) -> dict[str, Any]:
    """A search for the best MIG as ``sweep.yaml`` keeps it; the default has ``lr=1e-3``."""
    scale = SCALE | {"scored_on": "validation"}
    base = {
        "method": {"name": method, "lr": 1e-3} | values,
        "dataset": {"name": dataset, "size": 64},
        "scale": scale,
        "seed": 0,
    }
    kept = {
        "trials": trials,
        "objectives": [{"name": "mig", "direction": "higher"}],
        "constraints": [],
        "axes": {"method.lr": {"kind": "float", "low": 1e-4, "high": 1e-1, "log": True}},
        "base": base,
        "begins": "default",
    }
    return {**kept, "confirm": confirm} if confirm else kept


def tuned(
    method: str, default: float, best: float, seeds: int = 5, noise: float = 0.01, **told: Any
) -> list[dict[str, Any]]:
    """A method's trials: two configurations on the validation split, both on the test split."""
    rng = np.random.default_rng(len(method))
    trials = [
        trial(method, 0, lr=lr, mig=mig, scored_on="validation", **told)
        for lr, mig in ((1e-3, default), (1e-2, best))
    ]
    for lr, mig in ((1e-3, default), (1e-2, best)):
        trials += [
            trial(method, seed, lr=lr, mig=mig + noise * rng.standard_normal(), **told)
            for seed in range(10, 10 + seeds)
        ]
    return trials
