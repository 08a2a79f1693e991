"""The code of a trial that is not Unbraid's: its method, dataset and metrics from outside."""

import functools
import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from harness.config.schema import TrialConfig
from harness.data.cache.sources import digests_of
from harness.datasets.registry import DATASETS
from harness.methods import METHODS
from harness.metrics.registry import METRICS
from harness.plugins import Plugins

_OURS = ("harness", "models", "reports", "search_spaces", "unbraid")
"""Packages whose version is that of the commit."""


def code_of(trials: Iterable[TrialConfig]) -> dict[str, dict[str, str]]:
    """Return a digest of each module behind every method, dataset and metric from outside.

    What a process has read once it does not read again, as it does not import again.

    Returns:
        Digests by module, by kind and name: ``{"method my_method.Tiny": {"my_method": "..."}}``.
        Modules of installed distributions count where the thing itself is of that distribution.
    """
    parts: dict[tuple[str, str], None] = {}
    for trial in trials:
        parts |= dict.fromkeys(_outside(trial.method, trial.dataset.name, trial.metrics))
    return {f"{kind} {name}": _digests(kind, name) for kind, name in parts}


def code_fingerprint(trial: TrialConfig) -> str | None:
    """Return one digest of all that :func:`code_of` gives for a trial; None where all is ours."""
    code = code_of([trial])
    if not code:
        return None
    return hashlib.sha256(json.dumps(code, sort_keys=True).encode()).hexdigest()[:16]


@functools.cache  # a plan has thousands of trials of a few methods
def _outside(method: str, dataset: str, metrics: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    named = (("method", method), ("dataset", dataset), *(("metric", name) for name in metrics))
    registries: dict[str, Plugins[Any]] = {
        "method": METHODS,
        "dataset": DATASETS,
        "metric": METRICS,
    }
    return tuple((kind, name) for kind, name in named if name not in registries[kind].ours)


@functools.cache
def _digests(kind: str, name: str) -> dict[str, str]:
    maker: Callable[..., Any]
    if kind == "metric":
        maker = METRICS.load(name).compute
    else:
        maker = METHODS.load(name) if kind == "method" else DATASETS.load(name)
    digests = digests_of([maker])
    return {module: d for module, d in digests.items() if module.partition(".")[0] not in _OURS}
