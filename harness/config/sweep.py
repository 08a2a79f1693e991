"""A command's arguments, resolved: the list of trials, and what to do with them."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.override_parser.types import Override

from harness.config.checks import (
    check_batches,
    check_declared,
    check_fit,
    check_precision,
    check_scores,
    left_out,
)
from harness.config.compose import compose_config
from harness.config.overrides import GROUPS, TRIAL_GROUPS, Overrides
from harness.config.per_method import by_method_scale_and_variant, collect, split, varied_values
from harness.config.schema import Settings, TrialConfig
from harness.config.search_spaces import SearchSpace
from harness.config.searched.asked import by_dataset, searched_spaces
from harness.config.searched.halving import make_halving
from harness.config.searched.settings import Asha
from harness.config.searched.space import Searched
from harness.config.settings import build_settings
from harness.config.suggestions import UnknownKeyError
from harness.config.trials import Contents, make_trial, unique
from harness.errors import UserError
from harness.spaces.axes import with_values

MOST_NAMED = 4
"""Most methods or datasets that a title names; more are counted."""


@dataclass(frozen=True)
class Sweep:
    """A search space being run.

    Attributes:
        trials: every configuration that is known, with every seed, in the order of the plan.
        settings: where and how to run them.
        space: the search space it started from, if any.
        swept: the swept values by path or group.
        arguments: the command line's overrides, as given.
        searches: what a search draws from, for each method and dataset; none for a grid. Where
            its plan grows, ``trials`` are the first ones.
        left_out: methods and metrics of the space that do not go with the dataset asked for, and
            why.
    """

    trials: list[TrialConfig]
    settings: Settings
    space: SearchSpace | None
    swept: dict[str, list[Any]]
    arguments: list[str]
    searches: tuple[Searched, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What is run, in a line: the space's title, or methods, datasets and what is swept."""
        if self.space:
            return self.space.title
        names = (
            dict.fromkeys(trial.method for trial in self.trials),
            dict.fromkeys(trial.dataset.name for trial in self.trials),
        )
        methods, datasets = (
            ", ".join(each) if len(each) <= MOST_NAMED else f"{len(each)} {what}"
            for each, what in zip(names, ("methods", "datasets"), strict=True)
        )
        axes = [path for path in self.swept if path not in ("method", "dataset")]
        return f"{methods} on {datasets}" + (f": {' × '.join(axes)}" if axes else "")

    @property
    def location(self) -> str:
        """Where its results go: into ``run_dir``, or a folder named after it."""
        if self.settings.run_dir:
            return self.settings.run_dir
        name = self.space.name if self.space else f"{self.trials[0].method}_sweep"
        return str(Path("runs") / name.replace(".", "_"))

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that its trials are scored on, those of all of them."""
        if self.searches:
            return tuple(self.searches[0].base["metrics"])
        return self.trials[0].metrics

    @property
    def n_trials(self) -> int:
        """How many trials there will be; at most, where the best of a search is confirmed."""
        if not self.searches:
            return len(self.trials)
        return sum(searched.n_trials for searched in self.searches)


def resolve(arguments: Sequence[str], *, single: bool = False) -> Sweep:
    """Turn command-line overrides into a validated sweep.

    Args:
        arguments: ``key=value`` in Hydra's grammar; ``space=NAME`` names a search space.
        single: refuse sweeps and plan one trial with the first seed (``unbraid train``).

    Raises:
        UserError: whatever is wrong with the arguments, before anything starts.
    """
    given, space = split(arguments)
    try:
        return _resolved(list(arguments), given, space, single=single)
    except UnknownKeyError as error:
        if space is None or error.path in {override.key_or_group for override in given}:
            raise
        raise UserError(
            f"{error} The search space '{space.name}' sets this key, not the command: choose what "
            "has it, as the space does by itself, or give a copy of the space without it, "
            "space=my_space.yaml."
        ) from None


def _resolved(
    arguments: list[str], given: list[Override], space: SearchSpace | None, *, single: bool
) -> Sweep:
    asked = collect(space.arguments() if space else [], given)
    if single and (asked.swept or asked.intervals or space):
        what = next(iter([*asked.swept, *asked.intervals]), "space")
        raise UserError(f"'{what}' asks for several trials: use `unbraid sweep`.")
    lost: dict[str, str] = {}
    if space:
        told = {each.key_or_group: each.input_line or "" for each in given}
        space, lost = space.distinct(told)
    cases = by_method_scale_and_variant(asked, space, given)
    lost |= _leave_out(asked, space, cases)
    if asked.fixed.get("search", "grid") != "grid":
        return _searched(cases, space, asked, arguments, lost)
    asked.require_lists()
    configs: list[dict[str, Any]] = []
    swept: dict[str, list[Any]] = {}
    settings = None
    for overrides in cases:
        overrides.require_lists()  # of one method or one scale
        combined, base = _combine(overrides)
        settings = settings or build_settings(base)
        configs += combined
        for key, values in overrides.swept.items():
            listed = swept.setdefault(key, [])
            listed += [value for value in values if value not in listed]
    swept |= varied_values(space, configs)
    assert settings is not None
    if settings.trials is not None:
        raise UserError(
            f"trials={settings.trials}: a grid runs every combination. Add search=random or "
            "search=optuna to try so many, or leave trials out."
        )
    seeds = settings.seed_range[: 1 if single else None]
    contents = Contents(settings.data_folder)
    configs = [contents.added_to(config) for config in configs]
    if space and not any(override.key_or_group == "metrics" for override in given):
        configs, unscorable = _without_unscorable(configs)
        lost |= unscorable
    trials = unique(make_trial(config, seed) for config, seed in itertools.product(configs, seeds))
    swept = {**asked.swept, **swept}
    return _checked(Sweep(trials, settings, space, swept, arguments, left_out=lost))


def _leave_out(
    asked: Overrides, space: SearchSpace | None, cases: list[Overrides]
) -> dict[str, str]:
    """Take the methods that no case is of out of what was asked; return why, by method."""
    run = {case.fixed.get("method") for case in cases}
    lost = [str(name) for name in asked.swept.get("method", []) if name not in run]
    if lost:
        asked.swept["method"] = [name for name in asked.swept["method"] if name in run]
    each = space.each if space else {}
    return {name: f"the space runs it on {each[name]['dataset']} alone" for name in lost}


def _without_unscorable(
    configs: list[dict[str, Any]],
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return configurations of a space without the metrics that their datasets have no labels for.

    What a space asks for is meant for its own dataset; on another one the rest can still be scored.
    Where nothing is left, the configuration stays as it is, and is refused.
    """
    lost: dict[str, str] = {}
    kept = []
    for config in configs:
        why = left_out(config["metrics"], make_trial(config, seed=0).dataset)
        metrics = [name for name in config["metrics"] if name not in why]
        kept.append({**config, "metrics": metrics} if metrics else config)
        lost |= why if metrics else {}
    return kept, lost


def _searched(
    cases: list[Overrides],
    space: SearchSpace | None,
    asked: Overrides,
    arguments: list[str],
    lost: dict[str, str],
) -> Sweep:
    if space and space.variants:
        raise UserError(
            f"The search space '{space.name}' has variants, of which a grid runs each; leave "
            f"search={asked.fixed['search']} out."
        )
    if "scale" in asked.swept:
        raise UserError(
            f"search={asked.fixed['search']} searches at one scale at a time: give scale=NAME, or "
            "leave search out to compare several in a grid."
        )
    parts = [part for case in cases for part in by_dataset(case)]
    fixed = parts[0].fixed
    choices = {key: value for key, value in fixed.items() if key in GROUPS}
    values = {key: value for key, value in fixed.items() if key not in GROUPS}
    settings = build_settings(compose_config(choices, values))
    searches = tuple(searched_spaces(parts, settings))
    swept = {key: values for key, values in asked.swept.items() if key in ("method", "dataset")}
    for searched in searches:
        for path, axis in searched.axes.items():
            listed = swept.setdefault(path, [])
            listed += [str(axis)] if str(axis) not in listed else []
    trials = [trial for searched in searches for trial in searched.first_trials()]
    return _checked(Sweep(trials, settings, space, swept, arguments, searches, lost))


def _checked(sweep: Sweep) -> Sweep:
    """Refuse what cannot be learned from, scored, compared or reported, before any trial runs."""
    check_batches(sweep.trials)
    check_fit(sweep.trials)
    check_precision(sweep.trials)
    last = [trial for searched in sweep.searches for trial in searched.confirming(searched.start)]
    check_scores([*sweep.trials, *last])
    if sweep.space:
        check_declared(sweep.space, sweep.trials)
    if isinstance(sweep.settings.scheduler, Asha):
        make_halving(sweep.settings.scheduler, sweep.trials)
    return sweep


def _combine(overrides: Overrides) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return every configuration of the overrides, and one of them."""
    group_axes = [key for key in overrides.swept if key in GROUPS]
    value_axes = [key for key in overrides.swept if key not in GROUPS]
    choices = {key: value for key, value in overrides.fixed.items() if key in GROUPS}
    values = {key: value for key, value in overrides.fixed.items() if key not in GROUPS}
    configs, base = [], {}
    for group_choice in overrides.combinations(group_axes):
        # Composing checks every path once; the values of an axis are then set into the result.
        first = {key: overrides.swept[key][0] for key in value_axes}
        base = compose_config({**choices, **group_choice}, {**values, **first})
        _check_axes(overrides.swept)  # only now: a key that is not known cannot be swept either
        configs += [
            with_values(base, combination) for combination in overrides.combinations(value_axes)
        ]
    return configs, base


def _check_axes(keys: Iterable[str]) -> None:
    for key in keys:
        if key.partition(".")[0] not in TRIAL_GROUPS:
            raise UserError(
                f"'{key}' cannot be swept, because it is no axis of a trial: give it one value. "
                f"What can be swept is {', '.join(TRIAL_GROUPS)} and what is below them."
            )
