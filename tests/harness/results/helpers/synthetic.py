"""Run directories of any size, made fast; every value follows from the trial's index.

``python -m tests.harness.results.helpers.synthetic DIRECTORY TRIALS [PARTS]`` makes one and times
``load``.
"""

import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from harness.results import Columns, Curves, RunDirectory, Status, TrialRecord, load
from harness.results.columns import CURVES_SCHEMA
from harness.results.storage import Storage
from harness.results.stored_plan import read_plan
from harness.results.trial_files import Pair, merge, pair_of, write_pair

METHODS = ("vae", "c_vitae")
LEARNING_RATES = (1e-4, 1e-3, 1e-2, 1e-1)
SWEEP = {"space": "vitae_stability", "scale": "small", "search": {"kind": "grid"}}
COLUMNS = Columns(
    metrics=("elbo", "log_likelihood", *(f"score_{i}" for i in range(20))),
    times=("train", "evaluate"),
    env={"torch": str, "commit": str, "dirty": bool, "device": str, "cpus": int}
    | {f"library_{i}": str for i in range(10)},
)


def trial_id(index: int) -> str:
    """Return a 16-digit id in no order, as a hash would be."""
    return f"{(index * 0x9E3779B97F4A7C15 + 0x1234567) % 2**64:016x}"


def params(index: int) -> dict[str, Any]:
    """Return the flat configuration of a trial."""
    return {
        "method.lr": LEARNING_RATES[index % 4],
        "method.beta": 1 if index % 3 else 0.5,  # integers beside floats
        "method.d": 4,
        "method.batch_norm": index % 2 == 0,
        "method.transform": None if index % 5 == 0 else "affine",
        "method.tess": [2, 4],
        "method.warmup": None if index % 2 else 10,  # integers with gaps
        **{f"dataset.option_{i}": i for i in range(10)},
    }


def plan(n_trials: int) -> pd.DataFrame:
    """Return a plan of ``n_trials`` trials."""
    columns: dict[str, list[Any]] = {"trial_id": [], "seed": [], "config": []}
    columns |= {f"param.{name}": [] for name in params(0)}
    for index in range(n_trials):
        columns["trial_id"].append(trial_id(index))
        columns["seed"].append(index)
        columns["config"].append(json.dumps(params(index)))
        for name, value in params(index).items():
            columns[f"param.{name}"].append(value)
    return pd.DataFrame({name: pd.Series(v, dtype=object) for name, v in columns.items()})


def record(index: int, points: int = 100, model: bytes | None = None) -> TrialRecord:
    """Return a finished trial; the first of every ten failed, without metrics and curves."""
    rng = np.random.default_rng(index)
    status: Status = "failed" if index % 10 == 0 else "diverged" if index % 10 == 9 else "ok"
    curves = Curves()
    for point in range(0 if status == "failed" else points // 2):
        curves.add(
            point,
            10 * point,
            ("train", "test")[point % 2],
            dict(zip(("elbo", "kl"), rng.random(2).tolist(), strict=True)),
        )
    return TrialRecord(
        trial_id=trial_id(index),
        status=status,
        method=METHODS[index % 2],
        dataset="glyphs",
        data_source="procedural",
        seed=index,
        params=params(index),
        metrics={}
        if status == "failed"
        else {name: float(rng.normal()) for name in COLUMNS.metrics},
        times={"train": 1.5, "evaluate": 0.25},
        env={"torch": "2.13.0", "commit": "abc", "dirty": False, "device": "cpu", "cpus": 2},
        error="Traceback: no such luck" if status == "failed" else None,
        curves=curves,
        arrays={} if status == "failed" else {"walk": rng.integers(0, 255, (2, 3, 4), np.uint8)},
        model=model,
    )


def create(location: str | Path, n_trials: int) -> RunDirectory:
    """Make an empty run of ``n_trials`` planned trials."""
    return RunDirectory(location).create(SWEEP, plan(n_trials), COLUMNS)


FURTHER = [{"name": name, "label": name, "direction": "higher"} for name in ("mig", "dci")]
"""Metrics that no trial was scored on when it ended."""


def measure(run: RunDirectory, indices: Iterable[int]) -> None:
    """Give some trials values of the further metrics, which follow from their indices."""
    run.add_metrics(FURTHER)
    for index in indices:
        run.set_metrics(trial_id(index), {"mig": index / 8, "dci": -index / 8})


def build(location: str | Path, n_trials: int, points: int = 100, parts: int = 0) -> RunDirectory:
    """Make a run with all trials finished, the last ``parts`` of them in files of their own.

    The rows of all trials are copies of twenty different ones under other ids and seeds.
    """
    run = create(location, n_trials)
    storage = Storage(location)
    schema = read_plan(storage).trials_schema
    base = [pair_of(record(index, points), schema) for index in range(min(20, n_trials))]
    n_compact = n_trials - parts
    if n_compact:
        pairs = (_copy(base[index % 20], index) for index in range(n_compact))
        write_pair(storage, merge(pairs, schema, "compact-000001.parquet"))
    for index in range(n_compact, n_trials):
        write_pair(storage, _copy(base[index % 20], index))
    return run


def _copy(pair: Pair, index: int) -> Pair:
    own = pa.array([trial_id(index)])
    trials = pair.trials.set_column(0, "trial_id", own).set_column(5, "seed", pa.array([index]))
    codes = pa.array(np.zeros(len(pair.curves), np.int32))
    ids = pa.DictionaryArray.from_arrays(codes, own)
    curves = pair.curves.set_column(0, CURVES_SCHEMA.field("trial_id"), ids)
    return Pair(f"part-{trial_id(index)}.parquet", trials, curves)


if __name__ == "__main__":
    directory, n, n_parts = sys.argv[1], int(sys.argv[2]), int(sys.argv[3] if sys.argv[3:] else 0)
    start = time.perf_counter()
    build(directory, n, parts=n_parts)
    built = time.perf_counter()
    results = load(directory)
    print(
        f"built {n} trials in {built - start:.1f} s, loaded in {time.perf_counter() - built:.2f} s"
    )
    print(f"{results.counts}, {len(results.curves)} points")
