"""``unbraid list``: what there is to choose from."""

import argparse
from collections.abc import Callable


def run(options: argparse.Namespace) -> int:
    """Print one line for each thing of a kind, or for what one of them has."""
    what, name = options.what, options.name
    rows = _OF_ALL[what]() if name is None else _OF_ONE[what](name)
    width = max(map(len, rows), default=0)
    for key, text in rows.items():
        print(f"{key:<{width}}  {text}".rstrip())
    return 0


# Each table imports what it needs itself: torch alone takes more than a second.


def _methods() -> dict[str, str]:
    from harness.methods import METHODS
    from models.declaration import SUPERVISION

    width = max(map(len, SUPERVISION))
    return {
        name: f"{_supervision(name):<{width}}  {METHODS.summary(name)}" for name in METHODS.paths()
    }


def _supervision(method: str) -> str:
    """Return what a method is told beyond the images; "?" of one that cannot be imported."""
    from harness.errors import UserError
    from harness.methods import declaration

    try:
        return declaration(method).supervision
    except UserError:
        return "?"


def _datasets() -> dict[str, str]:
    from harness.datasets.registry import DATASETS

    return {name: DATASETS.summary(name) for name in DATASETS.paths()}


def _spaces() -> dict[str, str]:
    from harness.config.search_spaces import load_space, space_files

    return {name: load_space(name).title for name in space_files()}


def _contents(space: str) -> dict[str, str]:
    from harness.config.search_spaces import load_space

    search_space = load_space(space)
    facts = {
        "title": search_space.title,
        "source": search_space.source,
        "report": search_space.report,
    }
    return {
        **facts,
        **{key: str(value) for key, value in {**search_space.fixed, **search_space.sweep}.items()},
    }


def _metrics() -> dict[str, str]:
    from harness.metrics.registry import METRICS

    return {name: METRICS.summary(name) for name in METRICS.paths()}


def _scales() -> dict[str, str]:
    from harness.commands.settings.list_settings import purposes

    return purposes("scale")


def _searches() -> dict[str, str]:
    from harness.commands.settings.list_settings import purposes

    return purposes("search")


def _kinds() -> dict[str, str]:
    from reports import KINDS

    return {name: KINDS.summary(name) for name in KINDS.paths()}


def _scale(name: str) -> dict[str, str]:
    from harness.commands.settings.list_settings import scale_settings

    return scale_settings(name)


def _search(name: str) -> dict[str, str]:
    from harness.commands.settings.list_settings import search_settings

    return search_settings(name) or {"(nothing to set)": ""}


def _kind(name: str) -> dict[str, str]:
    from reports import KINDS

    KINDS.load(name)
    return {"(nothing to set)": f"draw it with unbraid report RUN_DIR --kind {name}"}


def _hyperparameters(method: str) -> dict[str, str]:
    import dataclasses

    from harness.commands.settings.list_settings import written
    from harness.methods import declaration
    from models.declaration import SUPERVISION
    from models.hyperparameters import Value, describe

    declared = declaration(method)
    defaults = dataclasses.asdict(declared.Hyperparameters())
    lines = {"supervision": f"{declared.supervision}: {SUPERVISION[declared.supervision]}"}
    for name, info in describe(declared.Hyperparameters).items():
        kind = "" if isinstance(info, Value) else " (fixed when the networks are built)"
        symbol = f"{info.symbol}: " if info.symbol else ""
        elsewhere = "".join(
            f"; {written(values[name])} at scale={scale}"
            for scale, values in declared.at_scale.items()
            if name in values
        )
        lines[f"method.{name}={written(defaults[name])}"] = (
            f"{symbol}{info.meaning}{kind}{elsewhere} [{info.source}]"
        )
    return lines


def _options(dataset: str) -> dict[str, str]:
    from harness.commands.settings.list_settings import written
    from harness.data.options import field_meanings
    from harness.datasets.registry import DATASETS

    cls = DATASETS.load(dataset)
    meanings = field_meanings(cls)
    return {
        f"dataset.{name}={written(default)}": meanings.get(name, "")
        for name, default in vars(cls()).items()
    }


def _keys(metric: str) -> dict[str, str]:
    from harness.metrics.registry import METRICS

    better = {"higher": "higher is better", "lower": "lower is better", "none": "informs only"}
    takes = {f"metrics=[{metric}]": f"takes {METRICS.load(metric).takes}"}
    return takes | {
        f"metric.{key.name}": (
            f"{key.label}{f' ({key.unit})' if key.unit else ''}: {better[key.direction]}, in "
            f"{key.range}; a perfect method scores {key.oracle}"
        )
        for key in METRICS.load(metric).keys
    }


_OF_ALL: dict[str, Callable[[], dict[str, str]]] = {
    "methods": _methods,
    "datasets": _datasets,
    "spaces": _spaces,
    "metrics": _metrics,
    "scales": _scales,
    "searches": _searches,
    "kinds": _kinds,
}
_OF_ONE: dict[str, Callable[[str], dict[str, str]]] = {
    "methods": _hyperparameters,
    "datasets": _options,
    "spaces": _contents,
    "metrics": _keys,
    "scales": _scale,
    "searches": _search,
    "kinds": _kind,
}
