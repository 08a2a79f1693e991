"""What a search draws its configurations from: one configuration, and axes through it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from harness.axes import (
    Assignment,
    Axes,
    Axis,
    Choices,
    Interval,
    as_dict,
    from_dict,
    random_assignments,
    size,
)
from harness.config.compose import compose_config
from harness.config.overrides import GROUPS, Overrides
from harness.config.schema import Settings, TrialConfig
from harness.config.searched.goal import Goal, make_goal
from harness.config.searched.settings import Grid, OptunaSearch, RandomSearch
from harness.config.trials import Contents, make_trial, value_at, with_values
from harness.errors import UserError

Begins = Literal["default", "nearest"]


@dataclass(frozen=True)
class Searched:
    """A space that a search tries ``n`` configurations of.

    Attributes:
        base: the first trial's configuration, as :meth:`TrialConfig.as_dict` gives it.
        axes: what varies, by configuration path.
        search: how it is searched.
        n: configurations asked for.
        seeds: of each configuration.
        begins: whether the first configuration is the method's default, or the nearest to it.
    """

    base: dict[str, Any]
    axes: Axes
    search: RandomSearch | OptunaSearch
    n: int
    seeds: range
    begins: Begins
    goal: Goal = field(init=False)

    def __post_init__(self) -> None:
        metrics, search = self.base["metrics"], self.search
        goal = make_goal(search.objectives, search.constraints, metrics, self.base)
        object.__setattr__(self, "goal", goal)

    @property
    def grows(self) -> bool:
        """Whether a suggestion waits for what earlier ones scored."""
        return isinstance(self.search, OptunaSearch)

    @property
    def start(self) -> Assignment:
        """The assignment that comes first: the default values, or those nearest to them."""
        return {path: value_at(self.base, path) for path in self.axes}

    def first_trials(self) -> list[TrialConfig]:
        """Return the trials that are known before any has run."""
        n = 1 if self.grows else self.n
        assignments = random_assignments(self.axes, self.start, n, self.seeds.start)
        return [trial for assignment in assignments for trial in self.trials(assignment)]

    def trials(self, assignment: Mapping[str, Any]) -> list[TrialConfig]:
        """Return the trials of an assignment, one for each seed.

        Raises:
            UserError: the method allows no such combination.
        """
        config = with_values(self.base, assignment)
        return [make_trial(config, seed) for seed in self.seeds]

    def assignment_of(self, config: Mapping[str, Any]) -> Assignment:
        """Return the assignment that a trial's configuration came from."""
        return {path: value_at(config, path) for path in self.axes}

    def same_space(self, described: Mapping[str, Any]) -> bool:
        """Say whether :meth:`describe` described trials of this space."""
        mine = self.describe()
        return all(described.get(part) == mine[part] for part in ("name", "base", "axes"))

    def describe(self) -> dict[str, Any]:
        """Return what ``sweep.yaml`` keeps of the search."""
        description: dict[str, Any] = {
            "name": self.search.name,
            "trials": self.n,
            "objectives": [
                {"name": objective.name, "direction": objective.direction}
                for objective in self.goal.objectives
            ],
            "constraints": [str(constraint) for constraint in self.goal.constraints],
            "axes": {path: as_dict(axis) for path, axis in self.axes.items()},
            "base": self.base,
            "begins": self.begins,
        }
        if isinstance(self.search, OptunaSearch):
            description["sampler"] = self.search.sampler
        plain: dict[str, Any] = json.loads(json.dumps(description))
        return plain


def searched_again(described: Mapping[str, Any], settings: Settings) -> Searched:
    """Return the space that :meth:`Searched.describe` described."""
    assert not isinstance(settings.search, Grid)
    axes = {path: from_dict(stored) for path, stored in described["axes"].items()}
    n = described["trials"]
    seeds, begins = settings.seed_range, described["begins"]
    return Searched(described["base"], axes, settings.search, n, seeds, begins)


def searched_space(case: Overrides, settings: Settings) -> Searched:
    """Return the space that one method's overrides describe.

    Raises:
        UserError: the search lacks something, or an end of an axis is not allowed.
    """
    assert not isinstance(settings.search, Grid)
    paths = [*case.swept, *case.intervals]
    _check_paths(paths, settings.search.name)
    choices = {group: value for group, value in case.fixed.items() if group in GROUPS}
    values = {path: value for path, value in case.fixed.items() if path not in GROUPS}
    compose_config(choices, {**values, **dict.fromkeys(paths)})  # refuses unknown paths
    default = Contents(settings.data_folder).added_to(compose_config(choices, values))
    axes = {path: _axis(case, path, default) for path in paths}
    usual = {path: value_at(default, path) for path in axes}
    start = {path: axis.nearest(usual[path]) for path, axis in axes.items()}
    if settings.trials is None:
        raise UserError(
            f"search={settings.search.name} needs trials=N: how many configurations to try."
        )
    if settings.trials > size(axes):
        raise UserError(
            f"trials={settings.trials}: there are only {size(axes):g} configurations. "
            "Leave search out to run them all as a grid."
        )
    base = make_trial(with_values(default, start), settings.seed).as_dict()
    begins: Begins = "default" if start == usual else "nearest"
    return Searched(base, axes, settings.search, settings.trials, settings.seed_range, begins)


def _check_paths(paths: list[str], search: str) -> None:
    if not paths:
        raise UserError(
            f"search={search} has nothing to search: give at least one axis, for example "
            "'method.lr=tag(log,interval(1e-5,1e-2))' or method.d=choice(2,4,8)."
        )
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
