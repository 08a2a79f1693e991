"""A command's arguments, resolved: the list of trials, and what to do with them."""

import dataclasses
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from harness.config.cases import cases, collect, split
from harness.config.compose import compose_config, load_method_or_explain
from harness.config.overrides import GROUPS, TRIAL_GROUPS, Overrides
from harness.config.schema import (
    Grid,
    NoScheduler,
    RaySettings,
    Scale,
    Settings,
    TrialConfig,
)
from harness.config.spaces import SearchSpace
from harness.config.validate import build
from harness.data.dataset import DatasetOptions
from harness.data.registry import DATASETS
from harness.errors import UserError
from harness.metrics import check_metrics


@dataclass(frozen=True)
class Sweep:
    """A search space being run.

    Attributes:
        trials: every configuration with every seed, in the order of the plan.
        settings: where and how to run them.
        space: the search space it started from, if any.
        swept: the swept values by path or group.
        arguments: the command line's overrides, as given.
    """

    trials: list[TrialConfig]
    settings: Settings
    space: SearchSpace | None
    swept: dict[str, list[Any]]
    arguments: list[str]


def resolve(arguments: Sequence[str], *, single: bool = False) -> Sweep:
    """Turn command-line overrides into a validated sweep.

    Args:
        arguments: ``key=value`` in Hydra's grammar; ``space=NAME`` names a search space.
        single: refuse sweeps and plan one trial with the first seed (``unbraid train``).

    Raises:
        UserError: whatever is wrong with the arguments, before anything starts.
    """
    given, space = split(arguments)
    asked = collect(space.arguments() if space else [], given)
    if single and (asked.swept or space):
        what = next(iter(asked.swept), "space")
        raise UserError(f"'{what}' asks for several trials: use `unbraid sweep`.")
    configs: list[dict[str, Any]] = []
    swept: dict[str, list[Any]] = {}
    settings = None
    for overrides in cases(asked, space, given):
        found, base = _combine(overrides)
        settings = settings or _settings(base)
        configs += found
        for key, values in overrides.swept.items():
            told = swept.setdefault(key, [])
            told += [value for value in values if value not in told]
    assert settings is not None
    seeds = range(settings.seed, settings.seed + (1 if single else settings.seeds))
    trials = _unique(_trial(config, seed) for config, seed in itertools.product(configs, seeds))
    return Sweep(trials, settings, space, {**asked.swept, **swept}, list(arguments))


def trial_from_dict(config: dict[str, Any]) -> TrialConfig:
    """Rebuild a trial from :meth:`TrialConfig.as_dict`.

    Raises:
        UserError: the configuration does not fit the installed methods and datasets.
    """
    return _trial(config, config["seed"])


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
        configs += [_with(base, combination) for combination in overrides.combinations(value_axes)]
    return configs, base


def _check_axes(keys: Iterable[str]) -> None:
    for key in keys:
        if key.partition(".")[0] not in TRIAL_GROUPS:
            raise UserError(
                f"'{key}' cannot be swept, because it is no axis of a trial: give it one value. "
                f"What can be swept is {', '.join(TRIAL_GROUPS)} and what is below them."
            )


def _settings(config: dict[str, Any]) -> Settings:
    build(Grid, config["search"], "search")
    build(NoScheduler, config["scheduler"], "scheduler")
    names = [field.name for field in dataclasses.fields(Settings)]
    ray = build(RaySettings, config["ray"], "ray")
    return build(Settings, {**{name: config[name] for name in names}, "ray": ray}, "")


def _with(config: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    changed = dict(config)
    for path, value in values.items():
        group, _, key = path.partition(".")
        changed[group] = {**changed[group], key: value}
    return changed


def _trial(config: dict[str, Any], seed: int) -> TrialConfig:
    method, dataset = dict(config["method"]), dict(config["dataset"])
    name = method.pop("name")
    options: type[DatasetOptions] = DATASETS[dataset.pop("name")]
    scale = dict(config["scale"])
    for key, published in (
        ("epochs", options.published_epochs),
        ("batch_size", options.published_batch_size),
    ):
        scale[key] = published if scale[key] is None else scale[key]
    return TrialConfig(
        method=name,
        hyperparameters=build(load_method_or_explain(name).Hyperparameters, method, "method"),
        dataset=build(options, dataset, "dataset"),
        scale=build(Scale, scale, "scale"),
        metrics=check_metrics(config["metrics"]),
        seed=seed,
    )


def _unique(trials: Iterable[TrialConfig]) -> list[TrialConfig]:
    return list({trial.trial_id: trial for trial in trials}.values())
