"""``unbraid config``: the resolved configuration of a command, and where each value comes from."""

import argparse
from collections.abc import Sequence
from typing import Any

import yaml

from harness.commands.settings.value_sources import Sourced, sourced_settings, sourced_trials
from harness.config.overrides import GROUPS
from harness.config.sweep import resolve
from harness.durations import count


def run(options: argparse.Namespace) -> int:
    """Print the configuration as YAML: a document for the settings, one for each method."""
    sweep = resolve(options.overrides)
    print(f"# {sweep.title}: {count(sweep.n_trials, 'trial')}")
    print(as_yaml(sourced_settings(sweep)))
    for values in sourced_trials(sweep):
        print("---")
        print(as_yaml(values))
    return 0


def as_yaml(values: Sequence[Sourced]) -> str:
    """Return values as nested YAML, each line with the source of its value as a comment."""
    lines: list[tuple[str, str]] = []
    group = ""
    for each in values:
        head, _, key = each.path.rpartition(".")
        if each.path in GROUPS:
            head, key = each.path, "name"
        if head and head != group:
            lines.append((f"{head}:", ""))
        group = head
        source = f"swept: {each.source}" if each.swept else each.source
        lines.append((f"{'  ' if head else ''}{key}: {_written(each.value)}", source))
    width = min(48, max(len(text) for text, _ in lines))
    return "\n".join(f"{t:<{width}}  # {source}" if source else t for t, source in lines)


def _written(value: Any) -> str:
    """Return a value as YAML writes it in a line."""
    plain = list(value) if isinstance(value, tuple) else value
    text = yaml.safe_dump(plain, default_flow_style=True, width=10**6, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")
