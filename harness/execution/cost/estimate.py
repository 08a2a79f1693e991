"""What a sweep would cost, from the training time of one trial of each kind.

A kind is timed once, by a few real training steps, and remembered: timing another sweep of the same
kinds needs neither the data nor torch, whose import alone takes more than a second.
"""

import contextlib
import dataclasses
import hashlib
import json
import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from harness.config.schema import Settings, TrialConfig, shares
from harness.config.sweep import Sweep
from harness.data.cache.arrays import cache_folder
from harness.durations import duration
from harness.errors import UserError
from harness.provenance import machine
from models.hyperparameters import Structure, describe
from models.registry import METHOD_PATHS

FILE = "training_times.json"
"""File of the cache folder that keeps the seconds of each kind, and the day it was timed."""


def estimate(sweep: Sweep) -> str:
    """Return a sentence with the expected duration of the training of all trials here."""
    total, source = seconds_in_all(sweep)
    ray = sweep.settings.ray
    cpus = ray.num_cpus or os.cpu_count() or 1
    at_once = max(1, min(sweep.n_trials, shares(cpus, ray.cpus_per_trial)))
    return (
        f"estimated training time: {duration(total / at_once)} with {at_once} trials at a time on "
        f"this machine ({duration(total)} in all), {source}"
    )


def seconds_in_all(sweep: Sweep) -> tuple[float, str]:
    """Return how long the training of all trials would take here, one after another.

    Returns:
        Seconds, and words on where they come from.
    """
    kinds: dict[str, list[TrialConfig]] = {}
    for trial in sweep.trials:
        kinds.setdefault(_kind(trial, sweep.settings), []).append(trial)
    timed = _timed({kind: trials[0] for kind, trials in kinds.items()}, sweep.settings)
    known = sum(timed[kind]["seconds"] * len(trials) for kind, trials in kinds.items())
    # What a search will suggest is like its first trials.
    total = known * sweep.n_trials / len(sweep.trials)
    of = "the only kind" if len(kinds) == 1 else f"each of {len(kinds)} kinds"
    when = _when(each["timed"] for each in timed.values())
    return total, f"from a few steps of {of} of trial, timed {when}"


def _timed(kinds: dict[str, TrialConfig], settings: Settings) -> dict[str, dict[str, Any]]:
    """Return ``seconds`` of a trial of each kind, and when they were ``timed``."""
    remembered = _remembered()
    timed = {kind: remembered[kind] for kind in kinds if kind in remembered}
    lacking = kinds.keys() - timed.keys()
    if lacking:
        from harness.execution.cost.step_time import training_seconds

        today = date.today().isoformat()
        for kind in lacking:
            seconds = training_seconds(kinds[kind], settings)
            timed[kind] = {"seconds": seconds, "timed": today}
        # The code of another's method may change, and its kind would not.
        ours = {kind: timed[kind] for kind in lacking if kinds[kind].method in METHOD_PATHS}
        _remember({**remembered, **ours})
    return timed


def _when(days: Iterable[str]) -> str:
    first, *others = sorted(set(days))
    if others:
        return f"between {first} and {others[-1]}"
    return "today" if first == date.today().isoformat() else f"on {first}"


def _kind(trial: TrialConfig, settings: Settings) -> str:
    """Return a digest of all that decides how long a step takes, and how many there are."""
    described = describe(type(trial.hyperparameters))
    decisive = [
        trial.method,
        {
            name: getattr(trial.hyperparameters, name)
            for name, info in described.items()
            if isinstance(info, Structure)
        },
        trial.as_dict()["dataset"],
        str(settings.data_folder or os.environ.get("UNBRAID_DATA")),
        dataclasses.asdict(trial.scale),
        settings.device,
        os.environ.get("CUDA_VISIBLE_DEVICES"),
        settings.ray.threads,
        machine(),
    ]
    return hashlib.sha256(json.dumps(decisive).encode()).hexdigest()[:16]


def _remembered() -> dict[str, dict[str, Any]]:
    """Return what is known of earlier sweeps; a file that cannot be read is none."""
    try:
        known = json.loads((cache_folder() / FILE).read_text(encoding="utf-8"))
        return {
            kind: {"seconds": float(each["seconds"]), "timed": str(each["timed"])}
            for kind, each in known.items()
        }
    except (OSError, UserError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _remember(timed: dict[str, dict[str, Any]]) -> None:
    """Keep times for later; a folder that cannot be written to only means to time them again."""
    with contextlib.suppress(OSError, UserError):
        path: Path = cache_folder() / FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_name(f"{FILE}.{os.getpid()}")
        written.write_text(json.dumps(timed), encoding="utf-8")
        written.replace(path)
