"""The spaces that a command asks a search to search: one, or one for each method and dataset."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from harness.config.compose import compose_config
from harness.config.overrides import GROUPS, Overrides
from harness.config.schema import Settings
from harness.config.searched.settings import Grid, NoScheduler, OptunaSearch
from harness.config.searched.space import SCORED_ON, Begins, Searched
from harness.config.trials import Contents, make_trial
from harness.datasets.registry import DATASETS
from harness.errors import UserError
from harness.spaces.axes import Axis, Choices, Interval, size, value_at, with_values


def searched_spaces(parts: Sequence[Overrides], settings: Settings) -> list[Searched]:
    """Return the spaces that the overrides of some methods, each on one dataset, describe.

    Raises:
        UserError: the search lacks something, or an end of an axis is not allowed.
    """
    assert not isinstance(settings.search, Grid)
    if not any(part.swept or part.intervals for part in parts):
        raise UserError(
            f"search={settings.search.name} has nothing to search: give at least one axis, for "
            "example 'method.lr=tag(log,interval(1e-5,1e-2))' or method.d=choice(2,4,8)."
        )
    if settings.trials is None:
        raise UserError(
            f"search={settings.search.name} needs trials=N: how many configurations to try."
        )
    if len(parts) > 1 or _confirms(settings):
        _check_protocol(settings, parts)
    contents = Contents(settings.data_folder)
    return [_searched(part, settings, contents, alone=len(parts) == 1) for part in parts]


def by_dataset(case: Overrides) -> list[Overrides]:
    """Return the overrides of each dataset, with those values of ``dataset.*`` that it has."""
    datasets = [str(dataset) for dataset in case.swept.get("dataset", ())]
    if not datasets:
        return [case]
    has = {name: {f"dataset.{key}" for key in _options(name)} for name in datasets}
    parts = []
    for name in datasets:
        part = case.with_choice("dataset", name)
        others = set().union(*has.values()) - has[name]  # what none has stays, and is refused
        part.drop(others)
        parts.append(part)
    return parts


def _options(dataset: str) -> list[str]:
    options: Any = DATASETS.load(dataset)
    return [field.name for field in dataclasses.fields(options)]


def _confirms(settings: Settings) -> bool:
    return isinstance(settings.search, OptunaSearch) and settings.search.confirm > 0


def _check_protocol(settings: Settings, parts: Sequence[Overrides]) -> None:
    """Refuse what several searches, or one that is to be confirmed, do not allow."""
    search = settings.search
    if not isinstance(search, OptunaSearch):
        raise UserError(
            f"search={search.name} searches one method on one dataset at a time. search=optuna "
            "searches several, each by itself; without search they are compared in a grid."
        )
    if not isinstance(settings.scheduler, NoScheduler):
        raise UserError(
            f"scheduler={settings.scheduler.name} compares trials of one method and dataset, and "
            "may not stop what confirms them: leave it out, or give one method, one dataset and "
            "no search.confirm."
        )
    if search.confirm and len(search.objectives or ()) > 1:
        raise UserError(
            f"search.confirm={search.confirm} runs the one best configuration again, and of "
            "several objectives there is none: give one in search.objectives."
        )
    if search.confirm and any(SCORED_ON in part.paths for part in parts):
        raise UserError(
            f"search.confirm={search.confirm} chooses on validation images and confirms on the "
            f"test split: leave {SCORED_ON} out."
        )


def _searched(case: Overrides, settings: Settings, contents: Contents, *, alone: bool) -> Searched:
    """Return the space of one method on one dataset.

    Beside others it may have fewer configurations than are to be tried, even one; alone it is a
    mistake.
    """
    assert not isinstance(settings.search, Grid)
    assert settings.trials is not None
    paths = [*case.swept, *case.intervals]
    _check_paths(paths, settings.search.name)
    choices = {group: value for group, value in case.fixed.items() if group in GROUPS}
    values = {path: value for path, value in case.fixed.items() if path not in GROUPS}
    if _confirms(settings):
        values[SCORED_ON] = "validation"
    compose_config(choices, {**values, **dict.fromkeys(paths)})  # refuses unknown paths
    default = contents.added_to(compose_config(choices, values))
    axes = {path: _axis(case, path, default) for path in paths}
    usual = {path: value_at(default, path) for path in axes}
    start = {path: axis.nearest(usual[path]) for path, axis in axes.items()}
    n = settings.trials
    if n > size(axes):
        if alone:
            raise UserError(
                f"trials={n}: there are only {size(axes):g} configurations. Leave search out to "
                "run them all as a grid."
            )
        n = int(size(axes))
    base = make_trial(with_values(default, start), settings.seed).as_dict()
    begins: Begins = "default" if start == usual else "nearest"
    return Searched(base, axes, settings.search, n, settings.seed_range, begins)


def _check_paths(paths: list[str], search: str) -> None:
    for path in paths:
        group = path.partition(".")[0]
        if path in GROUPS or group not in ("method", "scale"):
            raise UserError(
                f"search={search} cannot search over '{path}': it searches values below method "
                "and scale. Give it one value, or leave search out to sweep it in a grid."
            )


def _axis(case: Overrides, path: str, default: dict[str, Any]) -> Axis:
    """Return an axis whose values are as the trials will have them; refuse what they cannot."""

    def typed(value: Any) -> Any:
        trial = make_trial(with_values(default, {path: value}), seed=0)
        return value_at(trial.as_dict(), path)

    if path in case.swept:
        return Choices(tuple(map(typed, case.swept[path])))
    interval = case.intervals[path]
    low, high = typed(interval.low), typed(interval.high)
    return Interval(low, high, interval.log, integer=isinstance(low, int))
