"""Run directories with models, made without training anything."""

import dataclasses
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.config.schema import TrialConfig
from harness.config.sweep import resolve
from harness.datasets.digits import DigitsOptions
from harness.metrics.registry import describe_keys, metric_keys
from harness.planning import plan_frame
from harness.provenance import ENV_COLUMNS
from harness.results import Columns, RunDirectory, Status, TrialRecord
from harness.trial.stopwatch import TIME_COLUMNS
from tests.harness.helpers import toys

METRICS = ("elbo", "mse")
SETTINGS = dataclasses.asdict(resolve(["method=vae", "dataset=digits"]).settings)


def trials(n: int = 4, method: str = "vae", **options: Any) -> list[TrialConfig]:
    """Return trials that differ by their seeds."""
    dataset = DigitsOptions(**options)
    return [replace(toys.trial(method, seed=seed), dataset=dataset) for seed in range(n)]


def create(
    location: str | Path,
    planned: Sequence[TrialConfig],
    *,
    keep: str = "best",
    search: dict[str, Any] | None = None,
) -> RunDirectory:
    """Make a run directory with planned trials, none of them finished."""
    sweep = {
        "metrics": describe_keys(METRICS),
        "settings": {**SETTINGS, "keep": keep, "search": search or {"name": "grid"}},
        "swept": {},
    }
    columns = Columns(metric_keys(METRICS), TIME_COLUMNS, ENV_COLUMNS)
    return RunDirectory(location).create(sweep, plan_frame(planned), columns)


def record(
    trial: TrialConfig,
    status: Status = "ok",
    model: bytes | None = b"not read",
    **metrics: float,
) -> TrialRecord:
    """Return what a trial leaves."""
    return TrialRecord(
        trial_id=trial.trial_id,
        status=status,
        method=trial.method,
        dataset=trial.dataset.name,
        data_source="real",
        seed=trial.seed,
        params=trial.params(),
        metrics=metrics,
        model=model if status == "ok" else None,
    )


def models(run: RunDirectory) -> set[str]:
    """Return the ids of the models that lie in a run directory."""
    return {path.stem for path in (Path(run.location) / "models").iterdir()}
