"""Trials made of nested plain values, and validated."""

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.config.build import build
from harness.config.schema import TrialConfig
from harness.data.options import DatasetOptions
from harness.datasets.registry import DATASETS, planned_dataset
from harness.methods import declaration
from harness.metrics.registry import check_metrics
from harness.training.scale import Scale
from models.hyperparameters import before_added


def make_trial(config: Mapping[str, Any], seed: int) -> TrialConfig:
    """Return the trial of a composed configuration.

    Raises:
        UserError: a value is not allowed.
    """
    method, scale = dict(config["method"]), dict(config["scale"])
    name, dataset = method.pop("name"), _dataset(config)
    for key, published in (
        ("epochs", dataset.published_epochs),
        ("batch_size", dataset.published_batch_size),
    ):
        scale[key] = published if scale[key] is None else scale[key]
    return TrialConfig(
        method=name,
        hyperparameters=build(declaration(name).Hyperparameters, method, "method"),
        dataset=dataset,
        scale=build(Scale, scale, "scale"),
        metrics=check_metrics(config["metrics"]),
        seed=seed,
    )


def trial_from_dict(config: dict[str, Any]) -> TrialConfig:
    """Rebuild a trial from :meth:`TrialConfig.as_dict`, of this version or of an earlier one.

    Raises:
        UserError: the configuration does not fit the installed methods and datasets.
    """
    declared = {
        "method": declaration(config["method"]["name"]).Hyperparameters,
        "dataset": DATASETS.load(config["dataset"]["name"]),
        "scale": Scale,
    }
    whole = {name: {**before_added(cls), **config[name]} for name, cls in declared.items()}
    return make_trial({**config, **whole}, config["seed"])


class Contents:
    """Adds to configurations what is in their datasets' files, looking at each only once.

    Args:
        data_root: folder with real data files.
    """

    def __init__(self, data_root: Path | None) -> None:
        self._data_root = data_root
        self._planned: dict[DatasetOptions, DatasetOptions] = {}

    def added_to(self, config: dict[str, Any]) -> dict[str, Any]:
        """Return a composed configuration whose dataset's options are as a trial has them.

        Raises:
            UserError: a value is not allowed, or the files are missing or damaged.
        """
        options = _dataset(config)
        if options not in self._planned:
            self._planned[options] = planned_dataset(options, self._data_root)
        planned: Any = self._planned[options]
        if planned is options:
            return config
        return {**config, "dataset": {"name": options.name, **dataclasses.asdict(planned)}}


def _dataset(config: Mapping[str, Any]) -> DatasetOptions:
    values = dict(config["dataset"])
    return build(DATASETS.load(values.pop("name")), values, "dataset")


def unique(trials: Iterable[TrialConfig]) -> list[TrialConfig]:
    """Return the trials without repetitions, in order."""
    return list({trial.trial_id: trial for trial in trials}.values())
