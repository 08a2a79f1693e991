"""What each method ran with: the hyperparameters that were not swept, in a report's header."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from harness.results import Results
from reports.page.text import name_of


def settings(results: Results) -> dict[str, str]:
    """Return a line of the header for each method: ``γ_0 = 0.1, ε = 0.125, variant = e``.

    Those are left out of which a method's trials have several values: they were swept, and are what
    the report shows.
    """
    plan = results.plan
    if plan.empty or "config" not in plan:
        return {}
    methods = plan["config"].map(lambda config: json.loads(config)["method"]["name"])
    lines = {
        f"Settings of {method}": ", ".join(_settings(of_method))
        for method, of_method in plan.groupby(methods, sort=False)
    }
    return {name: line for name, line in lines.items() if line}


def _settings(plan: pd.DataFrame) -> list[str]:
    """Return ``name = value`` of each hyperparameter that all trials of a method share."""
    configs = [json.loads(config)["method"] for config in plan["config"]]
    first: Mapping[str, Any] = configs[0]
    held = [
        key
        for key in first
        if key != "name" and all(config.get(key) == first[key] for config in configs)
    ]
    return [f"{name_of(f'method.{key}')} = {_value(first[key])}" for key in held]


def _value(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int | float):
        return f"{value:g}"
    return "×".join(map(str, value)) if isinstance(value, list) else str(value)
