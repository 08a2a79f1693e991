"""``unbraid list``: what there is to choose from."""

import argparse
import dataclasses
from typing import Any

from harness.config.search_spaces import load_space, space_files
from harness.datasets.registry import DATASETS
from harness.errors import UserError
from harness.methods import METHODS
from harness.metrics.registry import METRICS
from harness.plugins import Plugins
from models.hyperparameters import Value, describe


def run(options: argparse.Namespace) -> int:
    """Print one line for each method, dataset, search space or metric, or for one's settings."""
    if options.method and options.what not in _ONE:
        raise UserError(
            f"Only {' and '.join(_ONE)} are listed one by one: `unbraid list {options.what}`, "
            f"or `unbraid list methods {options.method}`."
        )
    if options.method:
        _print(_ONE[options.what](options.method))
    else:
        _print(_TABLES[options.what]())
    return 0


def _hyperparameters(method: str) -> dict[str, str]:
    cls = METHODS.load(method)
    described = describe(cls.Hyperparameters)
    defaults = dataclasses.asdict(cls.Hyperparameters())
    lines = {}
    for name, info in described.items():
        kind = "" if isinstance(info, Value) else " (fixed when the networks are built)"
        symbol = f"{info.symbol}: " if info.symbol else ""
        elsewhere = "".join(
            f"; {_shown(values[name])} at scale={scale}"
            for scale, values in cls.at_scale.items()
            if name in values
        )
        lines[f"method.{name}={_shown(defaults[name])}"] = (
            f"{symbol}{info.meaning}{kind}{elsewhere} [{info.source}]"
        )
    return lines


def _options(dataset: str) -> dict[str, str]:
    from harness.data.options import field_meanings

    cls: Any = DATASETS.load(dataset)  # mypy cannot know that it is a dataclass
    meanings = field_meanings(cls)
    return {
        f"dataset.{name}={_shown(value)}": meanings.get(name, "(not described)")
        for name, value in dataclasses.asdict(cls()).items()
    }


def _shown(value: object) -> str:
    """Return a default as it would be written on the command line."""
    if value is None:
        return "null"
    return f"[{','.join(map(str, value))}]" if isinstance(value, tuple) else str(value)


def _summaries(plugins: Plugins[Any]) -> dict[str, str]:
    """Return a line for each; a broken one of another distribution gets the reason as its line."""
    rows = {}
    for name in plugins.paths():
        try:
            rows[name] = plugins.summary(name) or "(not described)"
        except (UserError, ImportError, SyntaxError) as error:
            rows[name] = f"(cannot be imported: {error})"
    return rows


def _print(rows: dict[str, str]) -> None:
    width = max(map(len, rows))
    for name, text in rows.items():
        print(f"{name:<{width}}  {text}")


_TABLES = {
    "methods": lambda: _summaries(METHODS),
    "datasets": lambda: _summaries(DATASETS),
    "spaces": lambda: {name: load_space(name).title for name in space_files()},
    "metrics": lambda: {name: metric.summary for name, metric in METRICS.items()},
}

_ONE = {"methods": _hyperparameters, "datasets": _options}
