"""A configuration: Hydra's compose over files, and the dataclasses of method and dataset."""

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from hydra import compose, initialize_config_module
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from harness.config.overrides import GROUPS
from harness.config.suggestions import UnknownKeyError, did_you_mean_key
from harness.datasets.registry import DATASETS
from harness.errors import UserError, did_you_mean
from harness.methods import METHODS, declaration, hyperparameter_names
from harness.plugins import Plugins

_PLUGINS: dict[str, Plugins[Any]] = {"method": METHODS, "dataset": DATASETS}
_LOADERS: dict[str, Callable[[str], object]] = {"method": declaration, "dataset": DATASETS.load}
_DEFAULTS = {"method": "c_vitae", "dataset": "digits", "scale": "small"}


def compose_config(choices: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the nested configuration of one choice for each group, with values set over it.

    Args:
        choices: option by group; a group that is left out takes its default.
        values: value by dotted path.

    Raises:
        UserError: an unknown option or path.
    """
    for group, option in choices.items():
        _check_option(group, option)
    chosen = {group: str(option) for group, option in {**_DEFAULTS, **choices}.items()}
    config = OmegaConf.create(
        {
            **_declared_defaults(chosen["method"], chosen["dataset"], chosen["scale"]),
            **_from_files(*(f"{k}={v}" for k, v in chosen.items() if k not in _PLUGINS)),
        }
    )
    known = _leaves(OmegaConf.to_container(config))
    for path, value in values.items():
        _check_path(path, known, choices)
        _refuse_resolvers(path, value)
        OmegaConf.update(config, path, value, merge=False)
    try:
        resolved = OmegaConf.to_container(config, resolve=True)
    except OmegaConfBaseException as error:
        raise UserError(f"A ${{...}} leads nowhere: {str(error).splitlines()[0]}.") from None
    assert isinstance(resolved, dict)
    return {str(key): value for key, value in resolved.items()}


def options_of(group: str) -> list[str]:
    """Return the names that a configuration group offers."""
    if group in _PLUGINS:
        return list(_PLUGINS[group].paths())
    folder = files("harness.config") / "defaults" / group
    return sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir())


def _check_option(group: str, option: Any) -> None:
    if group in _LOADERS:  # may be a dotted path, which only loading can judge
        _LOADERS[group](str(option))
    elif option not in options_of(group):
        known = options_of(group)
        raise UserError(
            f"There is no {group} '{option}'.{did_you_mean(str(option), known)} "
            f"Known: {', '.join(known)}."
        )


def _check_path(path: str, known: list[str], choices: Mapping[str, Any]) -> None:
    if path in known:
        return
    group = path.rpartition(".")[0]
    here = [key for key in known if key.rpartition(".")[0] == group]
    here += GROUPS if not group else []
    hint = did_you_mean_key(path, [*known, *GROUPS])
    of = f" of {group}={choices[group]}" if group in choices else ""
    raise UnknownKeyError(
        path, f"Unknown key '{path}'{of}.{hint} Known: {', '.join(here or known)}.{_owners(path)}"
    )


def _refuse_resolvers(path: str, value: Any) -> None:
    """Refuse ``${oc.env:NAME}`` and its like: values are kept, and the environment has secrets."""
    if isinstance(value, Mapping):
        for part in (*value.keys(), *value.values()):
            _refuse_resolvers(path, part)
    elif isinstance(value, list | tuple):
        for part in value:
            _refuse_resolvers(path, part)
    elif isinstance(value, str) and "${" in value and ":" in value.partition("${")[2]:
        raise UserError(
            f"{path}={value}: a ${{...}} may only name another key, as in ${{scale.epochs}}; what "
            "it reads would be written into the run directory. Write the value itself."
        )


def _owners(path: str) -> str:
    """Say which methods or datasets of ours have what this one lacks."""
    group, _, word = path.partition(".")
    owners: list[str] = []
    if group == "method":
        owners = [name for name in METHODS.ours if word in hyperparameter_names(name)]
    elif group == "dataset":
        owners = [name for name in DATASETS.ours if word in _option_names(name)]
    return f" {group.title()}s that have it: {', '.join(owners)}." if owners else ""


def _option_names(dataset: str) -> set[str]:
    options: Any = DATASETS.load(dataset)  # as below
    return {field.name for field in dataclasses.fields(options)}


@cache
def _from_files(*choices: str) -> dict[str, Any]:
    """Return what the files of the groups say, with all ``${...}`` as they stand there.

    Hydra takes a tenth of a second, and the searches of a leaderboard differ in method and dataset.
    """
    GlobalHydra.instance().clear()
    with initialize_config_module("harness.config.defaults", version_base="1.3"):
        composed = OmegaConf.to_container(compose("config", list(choices)))
    assert isinstance(composed, dict)
    return {str(key): value for key, value in composed.items()}


def _declared_defaults(method: str, dataset: str, scale: str) -> dict[str, Any]:
    """Return the defaults of a method and a dataset, which their dataclasses hold."""
    declared = declaration(method)
    defaults = dataclasses.asdict(declared.Hyperparameters())
    options: Any = DATASETS.load(dataset)  # mypy cannot know that it is a dataclass
    return {
        "method": {"name": method, **defaults, **declared.at_scale.get(scale, {})},
        "dataset": {"name": dataset, **dataclasses.asdict(options())},
    }


def _leaves(nested: Any, prefix: str = "") -> list[str]:
    if not isinstance(nested, dict):
        return [prefix]
    return [
        leaf
        for key, value in nested.items()
        for leaf in _leaves(value, f"{prefix}.{key}" if prefix else str(key))
        if key != "name" or prefix not in GROUPS
    ]
