"""Made-up results of several methods on one dataset."""

import json

import numpy as np
import pandas as pd

from harness.metrics.registry import with_labels
from harness.results import Results

METHODS = ("vae", "beta_vae", "beta_tcvae", "dip_vae_ii", "u_vitae", "c_vitae")
METRICS = [
    {"name": "elbo", "direction": "higher", "unit": "nats"},
    {"name": "kl", "direction": "none", "unit": "nats"},
    {"name": "mse", "direction": "lower", "unit": ""},
    {"name": "d_score", "direction": "higher", "unit": ""},
    {"name": "seconds_step", "direction": "lower", "unit": "s"},
    {"name": "never_computed", "direction": "higher", "unit": ""},
]


def made_up(gap: float = 1.0, seeds: int = 5, space: str = "vitae_mnist") -> Results:
    """Every metric of the k-th method is k gaps from the VAE's; seeds share a large effect."""
    rng = np.random.default_rng(0)
    of_seed = rng.normal(0, 5, seeds)
    rows = []
    for k, method in enumerate(METHODS):
        for seed in range(seeds):
            value = gap * k + of_seed[seed] + rng.normal(0, 0.05)
            scores = {"elbo": -170 + value, "kl": 8 + value, "mse": 30 + value}
            scores |= {"d_score": value, "seconds_step": (1 + k) * (1 + 0.01 * seed)}
            rows.append(
                {
                    "trial_id": f"{method}{seed}",
                    "status": "ok",
                    "method": method,
                    "dataset": "digits",
                    "data_source": "real",
                    "seed": seed,
                    "param.method.lr": 1e-3,
                    "param.method.transform": "affine" if method.endswith("vitae") else None,
                    **{f"metric.{name}": number for name, number in scores.items()},
                    "time.total": 1.0,
                    "error": None,
                }
            )
    trials = pd.DataFrame(rows)
    plan = trials[["trial_id", "seed", "param.method.lr", "param.method.transform"]].copy()
    plan["config"] = [
        json.dumps({"method": {"name": m}, "dataset": {"name": "digits"}}) for m in trials["method"]
    ]
    curves = pd.DataFrame(columns=["trial_id", "epoch", "step", "split", "metric", "value"])
    sweep = {
        "space": space,
        "title": "Six",
        "metrics": with_labels(METRICS),
        "swept": {"method": [*METHODS]},
    }
    return Results(trials, curves, plan, sweep, [], "nowhere")
