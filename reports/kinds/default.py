"""Which kind of report a sweep gets when none is asked for: it follows from what was swept."""

from collections.abc import Mapping
from typing import Any

_LEARNING_RATE = "method.lr"

LEADERBOARD = "leaderboard"
"""What is drawn of methods that were tuned; it may show several runs, and so is no kind of page."""


def default_kind(sweep: Mapping[str, Any]) -> tuple[str, str]:
    """Return a kind of report and why it is the one, in words.

    Args:
        sweep: what ``sweep.yaml`` keeps.
    """
    stored = sweep.get("swept")
    swept = {
        key: values
        for key, values in (stored.items() if isinstance(stored, Mapping) else ())
        if not isinstance(values, list | tuple) or len(values) > 1 or _is_interval(values)
    }
    if len(sweep.get("searches") or ()) > 1:
        return LEADERBOARD, "for searches of several methods or datasets"
    if (sweep.get("search") or {}).get("name", "grid") != "grid":
        return "tuning", "for a search"
    if sweep.get("space") and sweep.get("report"):
        return str(sweep["report"]), f"that of space={sweep['space']}"
    return _of_grid(swept)


def _of_grid(swept: Mapping[str, Any]) -> tuple[str, str]:
    if {"method", "dataset"} & swept.keys():
        return "comparison", "for several methods or datasets"
    if not swept:
        return "comparison", "as nothing is swept but the seed"
    if _LEARNING_RATE in swept and len(swept) <= 2:
        return "stability", "for a learning rate and at most one thing beside it"
    return "ablation", "for hyperparameters"


def _is_interval(values: list[Any] | tuple[Any, ...]) -> bool:
    return any("interval(" in str(value) for value in values)
