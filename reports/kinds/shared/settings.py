"""What each method ran with and on: what was not swept, in a report's header."""

import json
from collections.abc import Mapping
from typing import Any

from harness.results import Results
from reports.page.text import name_of

Configs = list[Mapping[str, Any]]


def settings(results: Results) -> dict[str, str]:
    """Return a line of the header for each method and dataset: ``γ_0 = 0.1, variant = e``.

    Those settings are left out of which the trials of one have several values: they were swept, and
    are what the report shows.
    """
    if results.plan.empty or "config" not in results.plan:
        return {}
    planned: Configs = [json.loads(config) for config in results.plan["config"]]
    lines = {}
    for group in ("method", "dataset"):
        by_name: dict[str, Configs] = {}
        for config in planned:
            by_name.setdefault(config[group]["name"], []).append(config[group])
        for name, of_name in by_name.items():
            lines[f"Settings of {name}"] = ", ".join(_held(group, of_name))
    return {name: line for name, line in lines.items() if line}


def _held(group: str, configs: Configs) -> list[str]:
    """Return ``name = value`` of each setting that all of these share."""
    first = configs[0]
    held = [
        key
        for key in first
        if key != "name" and all(config.get(key) == first[key] for config in configs)
    ]
    return [f"{name_of(f'{group}.{key}')} = {_value(first[key])}" for key in held]


def _value(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int | float):
        return f"{value:g}"
    return "×".join(map(str, value)) if isinstance(value, list) else str(value) or "none"
