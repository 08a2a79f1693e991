"""A sweep's plan: one row a trial, known before anything starts; and what the sweep was."""

import dataclasses
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from harness.config.schema import TrialConfig
from harness.config.sweep import Sweep
from harness.metrics import METRICS


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
        "title": space.title if space else " × ".join(sweep.swept) or first.method,
        "source": space.source if space else "",
        "paper": space.paper if space else "",
        "report": space.report if space else "stability",
        "command": command,
        "scale": ", ".join([first.scale.name, *changed]),
        "swept": sweep.swept,
        "seeds": sweep.settings.seeds,
        "trials": len(sweep.trials),
        "metrics": [
            {"name": key.name, "direction": key.direction, "unit": key.unit}
            for name in first.metrics
            for key in METRICS[name].keys
        ],
        "settings": dataclasses.asdict(sweep.settings),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
