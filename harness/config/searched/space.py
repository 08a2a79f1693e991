"""What a search draws its configurations from: one configuration, and axes through it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from harness.config.schema import Settings, TrialConfig
from harness.config.searched.goal import Goal, make_goal
from harness.config.searched.settings import Grid, OptunaSearch, RandomSearch
from harness.config.trials import make_trial
from harness.errors import CorruptFileError
from harness.metrics.registry import metric_keys
from harness.spaces.axes import (
    Assignment,
    Axes,
    as_dict,
    from_dict,
    random_assignments,
    value_at,
    with_values,
)

Begins = Literal["default", "nearest"]

SCORED_ON = "scale.scored_on"

FRESH = 1000
"""The seeds that confirm a search begin so much later than those that it tries."""


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

    @property
    def n_trials(self) -> int:
        """How many trials it takes; at most, where the best configuration is confirmed."""
        return self.n * len(self.seeds) + self.confirm * min(2, self.n)

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
        if self.confirm:
            config["metrics"] = self.judged_by
        return [make_trial(config, seed) for seed in self.seeds]

    @property
    def judged_by(self) -> list[str]:
        """The metrics that its goal needs, and the first, which is scored along training.

        Where the best configuration is confirmed, all others are for that alone.
        """
        needed = set(self.goal.names)
        first, *others = self.base["metrics"]
        return [first, *(name for name in others if needed & set(metric_keys([name])))]

    @property
    def confirm(self) -> int:
        """With how many fresh seeds its best configuration and the default are run again."""
        return self.search.confirm if isinstance(self.search, OptunaSearch) else 0

    def confirming(self, best: Assignment) -> list[TrialConfig]:
        """Return the trials that confirm an assignment: it and the default, with fresh seeds."""
        return [
            make_trial(with_values(self.base, {**assignment, SCORED_ON: "test"}), seed)
            for assignment in ([self.start] if best == self.start else [best, self.start])
            for seed in range(FRESH + self.seeds.start, FRESH + self.seeds.start + self.confirm)
        ]

    def confirms(self, trial: TrialConfig) -> bool:
        """Say whether a trial of this space confirms a configuration, and does not choose one."""
        return self.confirm > 0 and trial.scale.scored_on == "test"

    def covers(self, trial: TrialConfig) -> bool:
        """Say whether a trial is of this space's method and dataset."""
        same_data: bool = trial.as_dict()["dataset"] == self.base["dataset"]
        return trial.method == self.base["method"]["name"] and same_data

    @property
    def names(self) -> list[str]:
        """Names of method and dataset."""
        return [self.base["method"]["name"], self.base["dataset"]["name"]]

    def assignment_of(self, config: Mapping[str, Any]) -> Assignment:
        """Return the assignment that a trial's configuration came from."""
        return {path: value_at(config, path) for path in self.axes}

    def same_space(self, described: Mapping[str, Any]) -> bool:
        """Say whether :meth:`describe` described trials of this space."""
        mine = self.describe()
        theirs = {**described, "base": as_of_now(described["base"])} if "base" in described else {}
        return all(theirs.get(part) == mine[part] for part in ("name", "base", "axes"))

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
        if self.confirm:
            description["confirm"] = self.confirm
        plain: dict[str, Any] = json.loads(json.dumps(description))
        return plain


def searches_again(stored: Mapping[str, Any], settings: Settings, where: str) -> list[Searched]:
    """Return the spaces that a ``sweep.yaml`` describes (:meth:`Searched.describe`).

    Args:
        stored: what the file holds.
        settings: those of the file, perhaps with others that change no result.
        where: the run directory, for messages.

    Raises:
        CorruptFileError: it describes none.
    """
    try:
        return [
            _again(described, settings)
            for described in stored.get("searches") or [stored["search"]]
        ]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise CorruptFileError(
            f"{where}/sweep.yaml: torn or altered: its searches cannot be read "
            f"({type(error).__name__}: {error}). Put back `search`, `searches` and `settings` from "
            "a copy; the command that it names writes the same into a new run_dir."
        ) from error


def as_of_now(base: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored configuration with the options that came later, as they were before."""
    plain: dict[str, Any] = json.loads(json.dumps(make_trial(base, base["seed"]).as_dict()))
    return plain


def _again(described: Mapping[str, Any], settings: Settings) -> Searched:
    search, seeds = settings.search, settings.seed_range
    if isinstance(search, Grid):
        raise TypeError(f"settings.search is {search.name}, which searches nothing")
    axes = {path: from_dict(axis) for path, axis in described["axes"].items()}
    n, begins = described["trials"], described["begins"]
    if not isinstance(n, int) or n < 1 or begins not in get_args(Begins):
        raise ValueError(f"trials: {n!r}, begins: {begins!r}")
    searched = Searched(as_of_now(described["base"]), axes, search, n, seeds, begins)
    # Fail here, where the file is known, if axes and base do not go together.
    _ = searched.names
    for path, value in searched.start.items():
        axes[path].nearest(value)
    return searched
