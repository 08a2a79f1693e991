"""A made-up leaderboard run: tuned and default methods on several datasets, with references."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from harness.results import Results

SUPERVISION = {
    "vae": "none",
    "beta_vae": "none",
    "beta_tcvae": "none",
    "dip_vae_ii": "none",
    "u_vitae": "none",
    "c_vitae": "none",
    "rodi": "pairs",
    "bvae": "pairs",
    "cycle_vae": "pairs",
    "atsdm": "pairs",
    "drnet": "pairs",
    "dvae_synthesis": "labels",
    "dvae_pose": "labels",
    "cross_vae": "labels",
    "cross_vae_synthesis": "partial",
}
REFERENCES = {"oracle_codes": 1.0, "random_codes": 0.0}
METRICS: tuple[dict[str, str], ...] = (
    {"name": "elbo", "label": "ELBO", "direction": "higher", "unit": "nats"},
    {"name": "mse", "label": "MSE", "direction": "lower", "unit": ""},
    *(
        {"name": name, "label": label, "direction": "higher", "unit": "", "range": "[0, 1]"}
        for name, label in (
            ("mig", "MIG"),
            ("dci_disentanglement", "DCI disentanglement"),
            ("dci_completeness", "DCI completeness"),
            ("dci_informativeness", "DCI informativeness"),
            ("sap", "SAP"),
            ("factor_vae_score", "FactorVAE score"),
            ("beta_vae_score", "β-VAE score"),
            ("modularity", "modularity"),
            ("explicitness", "explicitness"),
            ("irs", "IRS"),
            ("infom", "InfoM"),
            ("infoc", "InfoC"),
            ("infoe", "InfoE"),
            *((f"downstream_{n}", f"accuracy, {n} labels") for n in (10, 100, 1000, 10000)),
            *((f"linear_{n}", f"linear accuracy, {n} labels") for n in (10, 100, 1000)),
            ("pose_r2", "pose R²"),
            ("appearance_knn", "appearance k-NN"),
        )
    ),
    {"name": "seconds_step", "label": "seconds a step", "direction": "lower", "unit": "s"},
)
"""25 metrics: a likelihood that few have, an error, scores in [0, 1], a time."""


def leaderboard(
    methods: Sequence[str] = ("vae", "beta_vae", "c_vitae", "rodi", "dvae_pose"),
    datasets: Sequence[str] = ("mannequin", "dsprites"),
    *,
    seeds: int = 4,
    n_metrics: int = 6,
    tuned: bool = True,
    gap: float = 0.035,
    location: str = "runs/board",
    generator_seed: int = 0,
    lost: bool = True,
) -> Results:
    """Make up a finished run of a leaderboard: the k-th method is k gaps better than the first.

    Args:
        methods: of ``SUPERVISION``; ``REFERENCES`` are added.
        datasets: their names.
        seeds: of every entry.
        n_metrics: the first so many of ``METRICS``.
        tuned: whether methods were tuned: then each has a default and a tuned configuration.
        gap: between two methods, of scores in [0, 1]; the standard deviation over seeds is 0.02.
        location: of the run.
        generator_seed: another one gives other noise.
        lost: whether the third method loses a trial to divergence and the fourth to an error.
    """
    rng = np.random.default_rng(generator_seed)
    metrics = METRICS[: n_metrics - 1] + METRICS[-1:]
    rows, plan, curves, searches = [], [], [], []
    for dataset in datasets:
        taste = rng.normal(0, 0.05, len(methods))
        for place, method in enumerate([*methods, *REFERENCES]):
            reference = method in REFERENCES
            searched = tuned and not reference
            if searched:
                searches.append(_search(method, dataset))
            rates = [("default", 1e-3, "test")]
            if searched:
                tuned_rate = 3e-4 * (2 + place) + 1e-5
                rates += [("tuned", tuned_rate, "test"), ("tuned", tuned_rate, "validation")]
                rates += [("validation", rate, "validation") for rate in (1e-3, 1e-2)]
            for variant, rate, scored_on in rates:
                gain = {"tuned": 0.04, "validation": -0.06}.get(variant, 0.0)
                quality = (
                    REFERENCES[method] if reference else 0.3 + gap * place + taste[place] + gain
                )
                for seed in range(2 if scored_on == "validation" else seeds):
                    config = _config(method, dataset, rate, scored_on) | {"seed": seed}
                    trial_id = f"{len(rows):012x}"
                    here = dataset == datasets[0] and (variant, scored_on) == ("tuned", "test")
                    status = _status(place, seed, here, lost)
                    noise = rng.normal(0, 0.0 if method == "oracle_codes" else 0.02, len(metrics))
                    scores = _scores(metrics, method, quality, noise, place)
                    plan.append(_planned(trial_id, config))
                    rows.append(_row(trial_id, config, status, scores, place, rng))
                    if not reference and scored_on == "test":
                        curves.append(_curve(trial_id, quality, rng))
    long = pd.concat(curves, ignore_index=True)
    sweep: dict[str, Any] = {
        "space": "leaderboard",
        "title": "A leaderboard",
        "command": "unbraid sweep space=leaderboard scale=small",
        "scale": "small",
        "seeds": seeds,
        "metrics": [{"range": "", **metric} for metric in metrics],
        "created": "2026-01-05T10:00:00+00:00",
    }
    if searches:
        sweep["searches"] = searches
    return Results(pd.DataFrame(rows), long, pd.DataFrame(plan), sweep, [], location)


def _search(method: str, dataset: str) -> dict[str, Any]:
    return {
        "trials": 3,
        "objectives": [{"name": "mse", "direction": "lower"}],
        "constraints": [],
        "axes": {"method.lr": {"kind": "float", "low": 1e-5, "high": 1e-1, "log": True}},
        "base": _config(method, dataset, 1e-3, "validation") | {"seed": 0},
        "begins": "default",
        "confirm": 2,
    }


def supervision(method: str, _: object) -> str:
    """What a method learns from beside images, as a board asks."""
    return SUPERVISION.get(method, "none")


def _config(method: str, dataset: str, rate: float, scored_on: str) -> dict[str, Any]:
    scale = {"name": "small", "epochs": 20, "batch_size": 64, "scored_on": scored_on}
    return {
        "method": {"name": method, "lr": rate, "d": 8},
        "dataset": {"name": dataset, "source": "procedural"},
        "scale": scale,
        "metrics": ["mig"],
    }


def _planned(trial_id: str, config: dict[str, Any]) -> dict[str, Any]:
    return {
        "trial_id": trial_id,
        "seed": config["seed"],
        "config": json.dumps(config),
        **_params(config),
    }


def _params(config: dict[str, Any]) -> dict[str, Any]:
    return {
        f"param.{group}.{key}": value
        for group in ("method", "dataset", "scale")
        for key, value in config[group].items()
        if key != "name"
    }


def _status(place: int, seed: int, here: bool, lost: bool) -> str:
    if lost and here and seed == 1:
        return {2: "diverged", 3: "failed"}.get(place, "ok")
    return "ok"


def _scores(
    metrics: Sequence[dict[str, str]], method: str, quality: float, noise: np.ndarray, place: int
) -> dict[str, float]:
    scores = {}
    for i, metric in enumerate(metrics):
        name, value = metric["name"], quality + noise[i] + 0.02 * (i % 3)
        if name == "elbo":
            scores[name] = -200 + 60 * value if SUPERVISION.get(method) == "none" else np.nan
        elif name == "mse":
            scores[name] = np.nan if method in REFERENCES else 40 - 20 * value
        elif name == "seconds_step":
            scores[name] = 0.01 * (1 + place) * np.exp(noise[i])
        else:
            scores[name] = float(np.clip(value, 0, 1))
    return {f"metric.{name}": value for name, value in scores.items()}


def _row(
    trial_id: str,
    config: dict[str, Any],
    status: str,
    scores: dict[str, float],
    place: int,
    rng: np.random.Generator,
) -> dict[str, Any]:
    train = 100.0 * (1 + place) * float(np.exp(rng.normal(0, 0.05)))
    return {
        "trial_id": trial_id,
        "status": status,
        "method": config["method"]["name"],
        "dataset": config["dataset"]["name"],
        "data_source": "procedural",
        "seed": config["seed"],
        **_params(config),
        **{name: value if status == "ok" else np.nan for name, value in scores.items()},
        "time.total": train + 12,
        "time.train": train,
        "time.evaluate": 10.0,
        "time.step": train / 4000,
        "env.torch": "2.13.0",
        "env.device": "cpu",
        "env.host": "laptop",
        "error": None if status == "ok" else "the training loss is nan in epoch 3",
    }


def _curve(trial_id: str, quality: float, rng: np.random.Generator) -> pd.DataFrame:
    epochs = np.arange(1, 21)
    value = 40 - 20 * quality + 60 * np.exp(-epochs / 4) + rng.normal(0, 0.3, len(epochs))
    return pd.DataFrame(
        {
            "trial_id": trial_id,
            "epoch": epochs,
            "step": 100 * epochs,
            "split": "test",
            "metric": "mse",
            "value": value,
        }
    )
