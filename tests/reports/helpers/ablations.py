"""Results of made-up ablations: RoDi's five variants, and any grid of factors."""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from harness.metrics.registry import with_labels
from harness.results import Columns, Results, RunDirectory, TrialRecord, load

PUBLISHED = {
    "a": (0.1255, 0.1239, 0.039350),
    "b": (0.1254, 0.8727, 0.029818),
    "c": (0.0919, 0.1247, 0.039615),
    "d": (0.1258, 0.4096, 0.032504),
    "e": (0.1225, 0.1201, 0.035279),
}
"""I_T, I_T' and an error in the order of L_rec, of each variant (RoDi, Table 1)."""
METRICS = [
    {"name": "pair_mse", "direction": "lower", "unit": ""},
    {"name": "i_t", "direction": "none", "unit": "nats"},
    {"name": "i_t_prime", "direction": "none", "unit": "nats"},
    {"name": "triplet_mse", "direction": "lower", "unit": ""},
]
CONSTRAINT = "i_t_prime <= method.epsilon + 0.02"
EPSILON = 0.125
EPOCHS = np.arange(1, 41)

Value = Callable[..., float | dict[str, float]]


def rodi(
    means: Mapping[str, tuple[float, float, float]] = PUBLISHED, seeds: int = 5, sd: float = 0.004
) -> Results:
    """RoDi's ablation with these means; a seed's own effect is the same in every variant."""
    rng = np.random.default_rng(0)
    of_seed = 0.002 * rng.standard_normal(seeds)
    rows, curves = [], []
    for variant, (i_t, i_t_prime, error) in means.items():
        for seed in range(seeds):
            told = i_t_prime + sd * rng.standard_normal()
            metrics = {
                "pair_mse": error + of_seed[seed] + 0.0003 * rng.standard_normal(),
                "i_t": i_t + sd * rng.standard_normal(),
                "i_t_prime": told,
                "triplet_mse": error + 0.06 * max(told - EPSILON, 0) + of_seed[seed],
            }
            params = {"method.variant": variant, "method.epsilon": EPSILON}
            rows.append(row("rodi", seed, params, metrics))
            curves.append(_curves(rows[-1]["trial_id"], variant, told, rng))
    swept = {"method.variant": list(means)}
    told_sweep = {
        "space": "rodi_ablation",
        "title": "RoDi: which ingredients keep the mutual information low",
        "source": "Esser, Haux and Ommer 2019, Table 1",
        "report": "ablation",
        "command": "unbraid sweep space=rodi_ablation",
        "scale": "small",
        "swept": swept,
        "seeds": seeds,
        "metrics": with_labels(METRICS),
        "constraints": [CONSTRAINT],
        "baseline": {"method.variant": "e"} if "e" in means else {},
    }
    return _results(rows, told_sweep, pd.concat(curves, ignore_index=True))


def factorial(
    factors: Mapping[str, Sequence[Any]],
    value: Value,
    seeds: int = 3,
    planned: Callable[..., bool] = lambda **_: True,
    **sweep: Any,
) -> Results:
    """Every combination of the factors' levels, as a sweep plans it.

    Args:
        factors: levels by key; ``method`` or ``method.<name>``.
        value: the outcome (an ELBO) by the last parts of the keys and ``seed``, or metrics by name;
            NaN diverges.
        seeds: number of seeds.
        planned: whether a combination was planned.
        sweep: what else ``sweep.yaml`` tells.
    """
    rows = []
    names = [key.rpartition(".")[2] for key in factors]
    for levels in itertools.product(*factors.values()):
        setting = dict(zip(names, levels, strict=True))
        if not planned(**setting):
            continue
        for seed in range(seeds):
            params = {k: v for k, v in zip(factors, levels, strict=True) if k != "method"}
            score = value(**setting, seed=seed)
            method = str(setting.get("method", "beta_vae"))
            metrics = score if isinstance(score, dict) else {"elbo": score}
            rows.append(row(method, seed, params, metrics))
    told = {"space": "mine", "swept": {k: list(v) for k, v in factors.items()}, "seeds": seeds}
    nothing = pd.DataFrame(columns=["trial_id", "epoch", "step", "split", "metric", "value"])
    return _results(rows, told | sweep, nothing)


def row(
    method: str, seed: int, params: Mapping[str, Any], metrics: Mapping[str, float]
) -> dict[str, Any]:
    """A finished trial; it diverged if any metric is NaN."""
    diverged = bool(np.isnan(list(metrics.values())).any())
    said = "-".join([method, *map(str, params.values()), str(seed)])
    return {
        "trial_id": said.replace(".", "_").replace(" ", ""),
        "status": "diverged" if diverged else "ok",
        "method": method,
        "dataset": "sprites",
        "data_source": "procedural",
        "seed": seed,
        **{f"param.{key}": value for key, value in params.items()},
        **{f"metric.{name}": number for name, number in metrics.items()},
        "time.total": 100.0,
        "error": "the training loss is nan in epoch 3" if diverged else None,
    }


def _results(rows: list[dict[str, Any]], sweep: dict[str, Any], curves: pd.DataFrame) -> Results:
    trials = pd.DataFrame(rows)
    parameters = [column for column in trials if str(column).startswith("param.")]
    plan = trials[["trial_id", "seed", *parameters]].copy()
    plan["config"] = [
        json.dumps({"method": {"name": method}, "dataset": {"name": "sprites"}})
        for method in trials["method"]
    ]
    return Results(trials, curves, plan, sweep, [], "nowhere")


def _curves(trial: str, variant: str, i_t_prime: float, rng: np.random.Generator) -> pd.DataFrame:
    """An error that falls, and the state of the constraint, as a trial records them."""
    share = 1 - np.exp(-EPOCHS / 8)
    noise = rng.standard_normal((4, len(EPOCHS)))
    along = {
        ("test", "pair_mse"): 0.1 - 0.065 * share + 0.0004 * noise[0],
        ("train", "model/loss"): 90 - 60 * share,
        ("train", "classifiers/i_t"): 0.125 * share + 0.004 * noise[1],
        ("train", "classifiers/i_t_prime"): i_t_prime * share + 0.004 * noise[2],
        ("train", "classifiers/lambda"): 0.4 * share + 0.01 * noise[3],
        ("train", "classifiers/gamma"): np.full(len(EPOCHS), 1.0)
        if variant == "d"
        else 1 + 0.05 * EPOCHS * (variant in "ac"),
    }
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "trial_id": trial,
                    "epoch": EPOCHS,
                    "step": EPOCHS * 50,
                    "split": split,
                    "metric": metric,
                    "value": values,
                }
            )
            for (split, metric), values in along.items()
        ],
        ignore_index=True,
    )


def pictures(variant: str, seed: int, leak: float) -> dict[str, np.ndarray]:
    """Arrays of one trial: a bar whose angle is the pose and whose colour is the appearance."""
    rng = np.random.default_rng(seed)
    colours, angles = rng.uniform(0.2, 1, (10, 3)), rng.uniform(0, np.pi, 10)

    def image(colour: np.ndarray, angle: float) -> np.ndarray:
        y, x = np.mgrid[-1:1:24j, -1:1:24j]
        bar = np.exp(-((x * np.sin(angle) - y * np.cos(angle)) ** 2) / 0.03)
        bar = bar * (np.hypot(x, y) < 0.9)
        return np.asarray((255 * colour[:, None, None] * bar).astype(np.uint8))

    test = np.stack([image(c, a) for c, a in zip(colours, angles, strict=True)])
    swapped = [
        image((1 - leak) * colours[a] + leak * colours[5 + p], angles[5 + p])
        for p in range(5)
        for a in range(5)
    ]
    grey = np.full(3, 0.6)
    alone = [image((1 - leak) * grey + leak * c, a) for c, a in zip(colours, angles, strict=True)]
    blurred = np.stack([np.full((3, 24, 24), 90.0) * c[:, None, None] for c in colours])
    mean = 0.03 + 0.06 * leak
    return {
        "test_images": test[:8],
        "reconstructions": test[:8],
        "swap_appearance": test[:5],
        "swap_pose": test[5:],
        "swaps": np.stack(swapped),
        "shown_by_pose": np.stack(alone)[:8],
        "shown_by_appearance": blurred.astype(np.uint8)[:8],
        "triplet_errors": rng.gamma(4, mean / 4, 1000).astype(np.float32),
    }


def written(made: Results, folder: Path, leaks: Mapping[str, float]) -> Results:
    """Write RoDi's results as workers do, with pictures, and read them again."""
    columns = Columns(metrics=[m["name"] for m in METRICS], times=("total",), env={"host": str})
    run = RunDirectory(folder).create(made.sweep, made.plan, columns)
    for trial in made.trials.to_dict("records"):
        variant = str(trial["param.method.variant"])
        record = TrialRecord(
            **{str(k): trial[k] for k in ("trial_id", "status", "method", "dataset", "seed")},
            data_source="procedural",
            params=_below(trial, "param."),
            metrics=_below(trial, "metric."),
            times={"total": 1.0},
            env={"host": "laptop"},
            arrays=pictures(variant, int(trial["seed"]), leaks[variant]),
        )
        for point in made.curves[made.curves["trial_id"] == trial["trial_id"]].itertuples():
            record.curves.add(point.epoch, point.step, point.split, {point.metric: point.value})
        run.write(record)
    return load(folder)


def _below(trial: Mapping[Any, Any], prefix: str) -> dict[str, Any]:
    return {k.removeprefix(prefix): v for k, v in trial.items() if k.startswith(prefix)}
