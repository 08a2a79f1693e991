"""A made-up sweep over two datasets."""

import json

import numpy as np
import pandas as pd

from harness.results import Results


def on_two_datasets():
    """Two methods on two datasets, one of them procedural, three seeds each."""
    rows, rng = [], np.random.default_rng(0)
    for dataset, source, level in (("digits", "real", -150), ("glyphs", "procedural", -300)):
        for method, gap in (("vae", 0), ("c_vitae", 20)):
            for seed in range(3):
                rows.append(
                    {
                        "trial_id": f"{dataset}{method}{seed}",
                        "status": "ok",
                        "method": method,
                        "dataset": dataset,
                        "data_source": source,
                        "seed": seed,
                        "metric.elbo": level + gap + rng.normal(),
                        "time.total": 1.0,
                        "error": None,
                    }
                )
    trials = pd.DataFrame(rows)
    plan = trials[["trial_id", "seed"]].copy()
    plan["config"] = [
        json.dumps({"method": {"name": m}, "dataset": {"name": d}})
        for m, d in zip(trials["method"], trials["dataset"], strict=True)
    ]
    curves = pd.DataFrame(columns=["trial_id", "epoch", "step", "split", "metric", "value"])
    sweep = {
        "metrics": [{"name": "elbo", "direction": "higher", "unit": "nats"}],
        "swept": {"method": ["vae", "c_vitae"], "dataset": ["digits", "glyphs"]},
    }
    return Results(trials, curves, plan, sweep, [], "nowhere")
