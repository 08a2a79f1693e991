"""Where each value of a resolved configuration comes from: default, scale, space, command line."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.config.overrides import GROUPS, Overrides
from harness.config.per_method import collect, split
from harness.config.schema import TrialConfig
from harness.config.search_spaces import SearchSpace
from harness.config.sweep import Sweep
from harness.methods import declaration

COMMAND_LINE, DEFAULT = "command line", "default"


@dataclass(frozen=True)
class Sourced:
    """A value of the configuration.

    Attributes:
        path: as on the command line: ``method.lr``; of a group's choice, the group: ``method``.
        value: what it is; of what is swept, all of its values or the interval in words.
        source: where it was set.
        swept: whether it has several values.
    """

    path: str
    value: Any
    source: str
    swept: bool = False


@dataclass(frozen=True)
class _Asked:
    given: Overrides
    space: SearchSpace | None
    swept: Mapping[str, Any]

    def source(self, path: str, method: str, scale: str) -> str | None:
        """Return who has set a path; None where nobody has."""
        if path in self.given.paths:
            return COMMAND_LINE
        if self.space is None:
            return None
        name = f"space {self.space.name}"
        for part, source in (
            (self.space.varied, f"{name}, its variants"),
            (self.space.at_scale.get(scale, {}), f"{name}, at scale={scale}"),
            (self.space.each.get(method, {}), f"{name}, for {method}"),
            ({**self.space.fixed, **self.space.sweep}, name),
        ):
            if path in part:
                return source
        return None


def sourced_trials(sweep: Sweep) -> list[list[Sourced]]:
    """Return what the trials have, for each method at each scale, with the source of each value.

    Options of a dataset that is swept are those of its first one.
    """
    asked = _asked(sweep)
    firsts: dict[tuple[str, str], TrialConfig] = {}
    for trial in sweep.trials:
        firsts.setdefault((trial.method, trial.scale.name), trial)
    return [list(_of_trial(trial, asked)) for trial in firsts.values()]


def sourced_settings(sweep: Sweep) -> list[Sourced]:
    """Return the settings beside the trials, with the source of each value."""
    asked, first = _asked(sweep), sweep.trials[0]
    values: dict[str, Any] = {}
    for key, value in dataclasses.asdict(sweep.settings).items():
        if key not in GROUPS:
            values[key] = value
            continue
        if key != "ray":
            values[key] = getattr(sweep.settings, key).name
        values |= {f"{key}.{name}": below for name, below in value.items() if name != "name"}
    return [
        Sourced(path, value, asked.source(path, first.method, first.scale.name) or DEFAULT)
        for path, value in values.items()
    ]


def _asked(sweep: Sweep) -> _Asked:
    given, space = split(sweep.arguments)
    axes = {path: axis for searched in sweep.searches for path, axis in searched.axes.items()}
    return _Asked(
        collect([], given), space, {**sweep.swept, **{k: str(a) for k, a in axes.items()}}
    )


def _of_trial(trial: TrialConfig, asked: _Asked) -> Iterator[Sourced]:
    method, scale = trial.method, trial.scale.name
    at_scale = declaration(method).at_scale.get(scale, {})
    for group, values in trial.as_dict().items():
        if group == "seed":  # among the settings, with the number of seeds
            continue
        if not isinstance(values, dict):
            yield Sourced(group, values, asked.source(group, method, scale) or DEFAULT)
            continue
        for key, value in values.items():
            path = group if key == "name" else f"{group}.{key}"
            source = asked.source(path, method, scale)
            if source is None and group == "scale" and key != "name":
                source = f"scale={scale}"
            if source is None and group == "method" and key in at_scale:
                source = f"{method} at scale={scale}"
            one = path in ("method", "scale")  # each has a document of its own
            swept = path in asked.swept and not one
            shown = asked.swept[path] if swept else value
            yield Sourced(path, shown, source or DEFAULT, swept)
