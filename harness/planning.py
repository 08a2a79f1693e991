"""A sweep's plan: one row a trial, known before anything starts; and what the sweep was."""

import dataclasses
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from harness.config.schema import Settings, TrialConfig
from harness.config.sweep import Sweep
from harness.config.trials import trial_from_dict
from harness.methods import declared_supervision
from harness.metrics.registry import describe_keys
from harness.results import Results
from harness.results.remote.address import without_password


def plan_frame(trials: Iterable[TrialConfig]) -> pd.DataFrame:
    """Return the plan: ``trial_id, seed, config`` (JSON) and ``param.*``, one row a trial."""
    rows = [
        {
            "trial_id": trial.trial_id,
            "seed": trial.seed,
            "config": json.dumps(trial.as_dict()),
            **{f"param.{key}": value for key, value in trial.params().items()},
        }
        for trial in trials
    ]
    return pd.DataFrame(rows, dtype=object)  # objects: pandas would make floats of integer gaps


def planned_trials(results: Results) -> list[TrialConfig]:
    """Return the trials of a stored plan, in order."""
    return [trial_from_dict(json.loads(config)) for config in results.plan["config"]]


def describe_sweep(sweep: Sweep, command: str) -> dict[str, Any]:
    """Return what ``sweep.yaml`` keeps: the search space, the settings, and the command.

    Args:
        sweep: the resolved sweep.
        command: the command line that reproduces it.
    """
    space = sweep.space
    first = sweep.trials[0]
    changed = [argument for argument in sweep.arguments if argument.startswith("scale.")]
    return {
        "space": space.name if space else None,
        "title": sweep.title,
        "source": space.source if space else "",
        "paper": space.paper if space else "",
        "report": space.report if space else "",
        "command": without_password(command),
        "scale": ", ".join([first.scale.name, *changed]),
        "swept": sweep.swept,
        "baseline": space.baseline_at(first.scale.name) if space else {},
        "constraints": list(space.constraints) if space else [],
        "effects_on": list(space.effects_on) if space else [],
        "seeds": sweep.settings.seeds,
        "trials": sweep.n_trials,
        **_describe_search(sweep),
        "scheduler": dataclasses.asdict(sweep.settings.scheduler),
        "metrics": describe_keys(sweep.metrics),
        "supervision": declared_supervision(trial.method for trial in sweep.trials),
        "left_out": sweep.left_out,
        "settings": _described(sweep.settings),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _described(settings: Settings) -> dict[str, Any]:
    """Return settings as ``sweep.yaml`` keeps them, which others may read: without a password."""
    described = {**dataclasses.asdict(settings), "log": list(settings.log)}
    if storage := described["search"].get("storage"):
        described["search"]["storage"] = without_password(storage)
    return described


def _describe_search(sweep: Sweep) -> dict[str, Any]:
    """Return ``search``; where several are searched, or one is confirmed, also ``searches``.

    Each of these has what ``search`` has of one alone, and the names of method and dataset.
    """
    described = [searched.describe() for searched in sweep.searches]
    if not described:
        return {"search": {"name": "grid"}}
    if len(described) == 1 and not sweep.searches[0].confirm:
        return {"search": described[0]}
    if len(described) == 1:
        return {"search": described[0], "searches": described}
    own = ("axes", "base", "begins", "trials")
    shared = {key: value for key, value in described[0].items() if key not in own}
    return {"search": {**shared, "trials": sweep.settings.trials}, "searches": described}
