"""Command lines that run one configuration of a sweep again, to be copied into a shell."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.shell import hydra_value, quoted

FRESH_SEEDS = 5
"""Seeds with which a chosen configuration is to be confirmed."""


def train_command(config: Mapping[str, Any]) -> str:
    """Return the command that runs exactly this trial, one line a group.

    Every value is named, so that it stays the same trial where defaults change.
    """
    return _command_lines("train", config, [f"seed={config['seed']}"])


def confirm_command(config: Mapping[str, Any], first: int) -> str:
    """Return the command that runs the configuration with fresh seeds.

    Args:
        config: any seed's configuration.
        first: the first seed that the search did not use.
    """
    return _command_lines("sweep", config, [f"seed={first}", f"seeds={FRESH_SEEDS}"])


def repeat_commands(config: Mapping[str, Any], seeds: Sequence[int]) -> list[str]:
    """Return the commands that run a configuration with these seeds, one for each run of them.

    Args:
        config: any seed's configuration.
        seeds: ascending.
    """
    runs: list[list[int]] = []
    for seed in seeds:
        if runs and seed == runs[-1][-1] + 1:
            runs[-1].append(seed)
        else:
            runs.append([seed])
    return [
        _command_lines("sweep", config, [f"seed={run[0]}", f"seeds={len(run)}"]) for run in runs
    ]


def _command_lines(command: str, config: Mapping[str, Any], ending: list[str]) -> str:
    lines = [" ".join(_overrides(key, value)) for key, value in config.items() if key != "seed"]
    return " \\\n  ".join([f"unbraid {command}", *lines, " ".join(ending)])


def _overrides(key: str, value: Any) -> Iterator[str]:
    """Yield one override, or those of a group: its choice, then what is below it."""
    if not isinstance(value, dict):
        yield quoted(f"{key}={hydra_value(value)}")
        return
    yield quoted(f"{key}={hydra_value(value['name'])}")
    for name, below in value.items():
        if name != "name":
            yield quoted(f"{key}.{name}={hydra_value(below)}")
