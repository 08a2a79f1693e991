"""A command's arguments, resolved: the list of trials, and what to do with them."""

import dataclasses
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from harness.config.compose import compose_config, load_method_or_explain
from harness.config.overrides import GROUPS, TRIAL_GROUPS, Overrides, parse
from harness.config.schema import (
    Grid,
    NoScheduler,
    RaySettings,
    Scale,
    Settings,
    TrialConfig,
)
from harness.config.spaces import SearchSpace, load_space
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
    overrides, space = _collect(arguments)
    if single and (overrides.swept or space):
        what = next(iter(overrides.swept), "space")
        raise UserError(f"'{what}' asks for several trials: use `unbraid sweep`.")
    group_axes = [key for key in overrides.swept if key in GROUPS]
    value_axes = [key for key in overrides.swept if key not in GROUPS]
    choices = {key: value for key, value in overrides.fixed.items() if key in GROUPS}
    values = {key: value for key, value in overrides.fixed.items() if key not in GROUPS}
    configs, settings = [], None
    for group_choice in overrides.combinations(group_axes):
        # Composing checks every path once; the values of an axis are then set into the result.
        first = {key: overrides.swept[key][0] for key in value_axes}
        base = compose_config({**choices, **group_choice}, {**values, **first})
        _check_axes(overrides.swept)  # only now: a key that is not known cannot be swept either
        settings = settings or _settings(base)
        configs += [_with(base, combination) for combination in overrides.combinations(value_axes)]
    assert settings is not None
    seeds = range(settings.seed, settings.seed + (1 if single else settings.seeds))
    trials = _unique(_trial(config, seed) for config, seed in itertools.product(configs, seeds))
    return Sweep(trials, settings, space, overrides.swept, list(arguments))


def trial_from_dict(config: dict[str, Any]) -> TrialConfig:
    """Rebuild a trial from :meth:`TrialConfig.as_dict`.

    Raises:
        UserError: the configuration does not fit the installed methods and datasets.
    """
    return _trial(config, config["seed"])


def _collect(arguments: Iterable[str]) -> tuple[Overrides, SearchSpace | None]:
    parsed = parse(arguments)
    named = [override for override in parsed if override.key_or_group == "space"]
    if any(override.is_sweep_override() for override in named) or len(named) > 1:
        raise UserError("Give one search space: space=NAME.")
    space = load_space(str(named[0].value())) if named else None
    overrides = Overrides()
    for override in [*(parse(space.arguments()) if space else []), *parsed]:
        if override not in named:
            overrides.add(override)
    return overrides, space


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
