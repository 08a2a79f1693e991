"""A sweep over several datasets: each is reported by itself."""

import json

import numpy as np
import pandas as pd

from harness.results import Results
from tests.reports.helpers.reading_html import report


def test_datasets_are_reported_one_by_one(tmp_path):
    """Groups of two datasets are never compared, and each has its own family and drawings."""
    made = on_two_datasets()
    document = report(made, tmp_path, "comparison")
    words = document.words
    for dataset in ("digits", "glyphs"):
        assert f"{dataset}: Result" in words
        assert set(document.csv(f"{dataset}-metrics")["group"]) == {"vae", "c_vitae"}
    assert "·" not in "".join(document.csv("digits-differences")["group"])
    assert all(n == 1 for n in document.ids.values())
    assert "the images of glyphs are rendered" in words


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
