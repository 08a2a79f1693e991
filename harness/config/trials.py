"""Trials made of nested plain values, and validated."""

from collections.abc import Iterable, Mapping
from typing import Any

from harness.config.build import build
from harness.config.schema import TrialConfig
from harness.datasets.registry import DATASETS
from harness.methods import declaration
from harness.metrics.registry import check_metrics
from harness.training.scale import Scale


def make_trial(config: Mapping[str, Any], seed: int) -> TrialConfig:
    """Return the trial of a composed configuration.

    Raises:
        UserError: a value is not allowed.
    """
    method, dataset = dict(config["method"]), dict(config["dataset"])
    name = method.pop("name")
    options = DATASETS.load(dataset.pop("name"))
    scale = dict(config["scale"])
    for key, published in (
        ("epochs", options.published_epochs),
        ("batch_size", options.published_batch_size),
    ):
        scale[key] = published if scale[key] is None else scale[key]
    return TrialConfig(
        method=name,
        hyperparameters=build(declaration(name).Hyperparameters, method, "method"),
        dataset=build(options, dataset, "dataset"),
        scale=build(Scale, scale, "scale"),
        metrics=check_metrics(config["metrics"]),
        seed=seed,
    )


def trial_from_dict(config: dict[str, Any]) -> TrialConfig:
    """Rebuild a trial from :meth:`TrialConfig.as_dict`.

    Raises:
        UserError: the configuration does not fit the installed methods and datasets.
    """
    return make_trial(config, config["seed"])


def with_values(config: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration with other values at some paths ``group.key``."""
    changed = dict(config)
    for path, value in values.items():
        group, _, key = path.partition(".")
        changed[group] = {**changed[group], key: value}
    return changed


def value_at(config: Mapping[str, Any], path: str) -> Any:
    """Return what a configuration has at a path ``group.key``."""
    group, _, key = path.partition(".")
    return config[group][key]


def unique(trials: Iterable[TrialConfig]) -> list[TrialConfig]:
    """Return the trials without repetitions, in order."""
    return list({trial.trial_id: trial for trial in trials}.values())
