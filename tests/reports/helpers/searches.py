"""Made-up searches of c_vitae's hyperparameters, with a known best, pruned and lost trials."""

import dataclasses
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from harness.config.schema import TrialConfig
from harness.config.sweep import resolve
from harness.metrics.registry import with_labels
from harness.planning import plan_frame
from harness.results import Results

AXES: dict[str, dict[str, Any]] = {
    "method.lr": {"kind": "float", "low": 1e-5, "high": 1e-2, "log": True},
    "method.d": {"kind": "int", "low": 2, "high": 16, "log": False},
    "method.transform": {
        "kind": "categorical",
        "choices": ["affine", "affine_decomp", "affine_diffeo"],
    },
}
METRICS = [
    {"name": "elbo", "direction": "higher", "unit": "nats"},
    {"name": "mse", "direction": "lower", "unit": ""},
]
ELBO = {"name": "elbo", "direction": "higher"}
MSE = {"name": "mse", "direction": "lower"}
BOUND = ("mse <= 0.05",)
"""A constraint that the best ELBO violates."""
EPOCHS = np.arange(2, 61, 2)
GAIN = {"affine": 0.0, "affine_decomp": 2.0, "affine_diffeo": 6.0}


def search(
    configurations: int = 40,
    seeds: int = 2,
    objectives: tuple[dict[str, str], ...] = (ELBO,),
    constraints: tuple[str, ...] = (),
    axes: dict[str, dict[str, Any]] = AXES,
    losses: bool = True,
) -> Results:
    """Make up a finished search; configuration 0 is the default.

    Args:
        configurations: number of configurations.
        seeds: seeds of each.
        objectives: what was optimized.
        constraints: bounds, as sweep.yaml keeps them.
        axes: what was searched, of ``AXES``.
        losses: whether some trials are pruned, diverge or fail.
    """
    rng = np.random.default_rng(0)
    trials: list[dict[str, Any]] = []
    curves, planned = [], []
    for number in range(configurations):
        values = _suggested(axes, rng) if number else {}
        for trial in _seeded(values, seeds):
            planned.append(trial)
            row, curve = _outcome(trial, number if losses else 0, rng)
            trials.append(row)
            curves.append(curve)
    told = {
        "title": "Tuning of C-VITAE",
        "report": "tuning",
        "command": "unbraid sweep method=c_vitae dataset=digits search=optuna seeds=2",
        "scale": "small",
        "swept": {key: [f"interval({key})"] for key in axes},
        "seeds": seeds,
        "metrics": with_labels(METRICS),
        "search": {
            "name": "optuna",
            "sampler": "tpe",
            "trials": configurations,
            "objectives": list(objectives),
            "constraints": list(constraints),
            "axes": axes,
            "begins": "default",
        },
        "scheduler": {"name": "asha"},
    }
    long = pd.concat(curves, ignore_index=True)
    long = long.astype({"trial_id": "category", "split": "category", "metric": "category"})
    return Results(pd.DataFrame(trials), long, plan_frame(planned), told, [], "runs/made-up")


def two() -> Results:
    """A search with two objectives, one against the other."""
    return search(objectives=(ELBO, MSE))


def grid() -> Results:
    """The same without a search: a grid of two axes."""
    made = search(axes={key: AXES[key] for key in ("method.lr", "method.transform")})
    told = {key: value for key, value in made.sweep.items() if key not in ("search", "scheduler")}
    swept = {
        "method.lr": sorted(made.plan["param.method.lr"].unique().tolist()),
        "method.transform": AXES["method.transform"]["choices"],
    }
    return dataclasses.replace(made, sweep=told | {"swept": swept})


def _suggested(axes: dict[str, dict[str, Any]], rng: np.random.Generator) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, axis in axes.items():
        if axis["kind"] == "categorical":
            values[key] = axis["choices"][int(rng.integers(len(axis["choices"])))]
        elif axis["kind"] == "int":
            values[key] = int(rng.integers(axis["low"], axis["high"] + 1))
        else:
            values[key] = float(10 ** rng.uniform(np.log10(axis["low"]), np.log10(axis["high"])))
    return values


@cache
def _default() -> TrialConfig:
    return resolve(["method=c_vitae", "dataset=digits", "scale=small"], single=True).trials[0]


def _seeded(values: dict[str, Any], seeds: int) -> list[TrialConfig]:
    base = _default()
    changed = {key.removeprefix("method."): value for key, value in values.items()}
    hyperparameters = dataclasses.replace(base.hyperparameters, **changed)
    return [
        dataclasses.replace(base, hyperparameters=hyperparameters, seed=seed)
        for seed in range(seeds)
    ]


def _outcome(
    trial: TrialConfig, number: int, rng: np.random.Generator
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Score a trial: best near a rate of 10⁻³, more dimensions cost ELBO and save MSE."""
    chosen = trial.params()
    off = np.log10(chosen["method.lr"]) + 3
    size = chosen["method.d"]
    elbo = -140 - 12 * off**2 - 0.8 * size + GAIN[chosen["method.transform"]]
    elbo += 0.6 * rng.standard_normal() + 0.8 * trial.seed
    mse = 0.06 - 0.002 * size + 0.004 * off**2 + 0.0003 * rng.standard_normal()
    status = "ok"
    if number and off > 0.7:
        status = "diverged"
    elif number % 11 == 7 and trial.seed:
        status = "failed"
    elif number > 4 and elbo < -160:
        status = "pruned"
    kept = {"ok": 30, "diverged": 4, "failed": 0, "pruned": 4 + 4 * (number % 3)}[status]
    epochs = EPOCHS[:kept]
    values = elbo - 300 * np.exp(-epochs / 7) + 0.5 * rng.standard_normal(kept)
    if status == "diverged":
        values[-1] = np.nan
    ok = status == "ok"
    reasons = {"failed": "OSError: no space left on device", "diverged": "the loss is nan"}
    row = {
        "trial_id": trial.trial_id,
        "status": status,
        "method": trial.method,
        "dataset": "digits",
        "data_source": "real",
        "seed": trial.seed,
        **{f"param.{key}": value for key, value in chosen.items()},
        "metric.elbo": elbo if ok else np.nan,
        "metric.mse": mse if ok else np.nan,
        "time.total": 1.4 * kept,
        "error": reasons.get(status),
    }
    curve = {"trial_id": trial.trial_id, "epoch": epochs, "step": 10 * epochs}
    curve |= {"split": "test", "metric": "elbo", "value": values}
    return row, pd.DataFrame(curve)
