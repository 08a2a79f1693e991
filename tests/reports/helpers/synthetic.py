"""Results of made-up sweeps, with known winners, divergences and gaps."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from harness.metrics.registry import with_labels
from harness.results import Results

TRANSFORMS = ("affine", "affine_decomp", "affine_diffeo")
RATES = (1e-4, 1e-3, 1e-2, 1e-1)


@dataclass
class Sweep:
    """A stability sweep to be made up.

    Attributes:
        final: mean final ELBO by group.
        diverges_at: the smallest rate at which all trials of a group diverge.
        epochs_to_climb: time constant of the learning curve, in epochs, by group.
        noise: jumps of the learning curve between evaluations, by group.
        seed_sd: standard deviation of the final ELBO over seeds.
    """

    rates: tuple[float, ...] = RATES
    seeds: int = 5
    epochs: int = 60
    every: int = 2
    final: dict[str, float] = field(
        default_factory=lambda: {"affine": -152, "affine_decomp": -149, "affine_diffeo": -140}
    )
    diverges_at: dict[str, float] = field(
        default_factory=lambda: {"affine": 1e-2, "affine_decomp": 1e-2, "affine_diffeo": 1.0}
    )
    epochs_to_climb: dict[str, float] = field(
        default_factory=lambda: {"affine": 14, "affine_decomp": 12, "affine_diffeo": 6}
    )
    noise: dict[str, float] = field(
        default_factory=lambda: {"affine": 1.5, "affine_decomp": 1.2, "affine_diffeo": 0.3}
    )
    seed_sd: float = 0.8
    space: str = "vitae_stability"
    data_source: str = "procedural"


def results(sweep: Sweep | None = None, generator_seed: int = 0) -> Results:
    """Make up a finished sweep."""
    sweep = sweep or Sweep()
    rng = np.random.default_rng(generator_seed)
    trials: list[dict[str, Any]] = []
    plan: list[dict[str, Any]] = []
    curves: list[pd.DataFrame] = []
    for group in sweep.final:
        for rate in sweep.rates:
            for seed in range(sweep.seeds):
                trial_id = f"{len(trials):012x}"
                diverged = rate >= sweep.diverges_at[group] * (1 - 1e-9)
                gain = 2.0 * np.log10(rate / sweep.rates[0]) if rate <= 1e-3 else -6.0
                final = sweep.final[group] + gain + sweep.seed_sd * rng.standard_normal()
                params = {"param.method.lr": rate, "param.method.transform": group}
                config = {"method": {"name": "c_vitae"}, "dataset": {"name": "glyphs"}}
                plan.append(
                    {"trial_id": trial_id, "seed": seed, "config": json.dumps(config)} | params
                )
                trials.append(_row(trial_id, seed, params, final, diverged, sweep))
                curves.append(_curve(trial_id, group, rate, final, diverged, sweep, rng))
    return Results(
        trials=pd.DataFrame(trials),
        curves=_categorical(pd.concat(curves, ignore_index=True)),
        plan=pd.DataFrame(plan),
        sweep=_told(sweep),
        problems=[],
        location="runs/made-up",
    )


def without(made: Results, trial_ids: list[str]) -> Results:
    """Take finished trials away, as if they had not run yet."""
    return Results(
        trials=made.trials[~made.trials["trial_id"].isin(trial_ids)].reset_index(drop=True),
        curves=made.curves[~made.curves["trial_id"].isin(trial_ids)].reset_index(drop=True),
        plan=made.plan,
        sweep=made.sweep,
        problems=made.problems,
        location=made.location,
    )


def mirrored(made: Results) -> Results:
    """The same of a method without an ELBO: its MSE is the ELBO's negative, so less is better.

    Only its training loss was recorded along training, the negative of the ELBO's curve.
    """
    trials = made.trials.drop(columns=["metric.log_likelihood", "metric.kl"])
    trials["metric.mse"] = -trials["metric.elbo"]
    trials["metric.elbo"] = np.nan
    curves = made.curves.assign(split="train", metric="loss", value=-made.curves["value"])
    metrics = [
        {"name": "elbo", "direction": "higher", "unit": "nats"},
        {"name": "kl", "direction": "none", "unit": "nats"},
        {"name": "mse", "direction": "lower", "unit": "squared intensity"},
    ]
    told = {"trials": trials, "curves": _categorical(curves)}
    return replace(made, **told, sweep=made.sweep | {"metrics": with_labels(metrics)})


def _row(
    trial_id: str, seed: int, params: dict[str, Any], final: float, diverged: bool, sweep: Sweep
) -> dict[str, Any]:
    return {
        "trial_id": trial_id,
        "status": "diverged" if diverged else "ok",
        "method": "c_vitae",
        "dataset": "glyphs" if sweep.data_source == "procedural" else "mnist",
        "data_source": sweep.data_source,
        "seed": seed,
        **params,
        "metric.elbo": np.nan if diverged else final,
        "metric.log_likelihood": np.nan if diverged else final + 12,
        "metric.kl": np.nan if diverged else 12.0,
        "time.total": 41.5,
        "time.train": 40.0,
        "env.git_commit": "3f786850e387550fdab836ed7e6dc881de23001b",
        "env.git_dirty": True,
        "env.torch": "2.13.0",
        "env.ray": "2.60.0",
        "env.host": "laptop",
        "env.cpu": "Xeon E5-2620v4",
        "env.device": "cpu",
        "error": "the training loss is nan in epoch 3" if diverged else None,
    }


def _curve(
    trial_id: str,
    group: str,
    rate: float,
    final: float,
    diverged: bool,
    sweep: Sweep,
    rng: np.random.Generator,
) -> pd.DataFrame:
    epochs = np.arange(sweep.every, sweep.epochs + 1, sweep.every)
    climb = np.exp(-epochs / sweep.epochs_to_climb[group] * (rate / sweep.rates[0]) ** 0.2)
    value = final - 400 * climb + sweep.noise[group] * rng.standard_normal(len(epochs))
    if diverged:
        kept = 1 + int(rng.integers(1, 4))
        epochs, value = epochs[:kept], value[:kept] - 50.0 ** np.arange(1, kept + 1)
        value[-1] = np.nan
    return pd.DataFrame(
        {
            "trial_id": trial_id,
            "epoch": epochs,
            "step": epochs * 10,
            "split": "test",
            "metric": "elbo",
            "value": value,
        }
    )


def _categorical(curves: pd.DataFrame) -> pd.DataFrame:
    return curves.astype({"trial_id": "category", "split": "category", "metric": "category"})


def _told(sweep: Sweep) -> dict[str, Any]:
    return {
        "space": sweep.space,
        "title": "C-VITAE, learning rate × affine parametrization",
        "source": "Detlefsen and Hauberg 2019, supplement, section 3 and Figure 1",
        "report": "stability",
        "command": "unbraid sweep space=vitae_stability seeds=5",
        "scale": "small",
        "swept": {"method.transform": list(sweep.final), "method.lr": list(sweep.rates)},
        "seeds": sweep.seeds,
        "created": "2026-01-05T10:00:00+00:00",
    }
