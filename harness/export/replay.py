"""Tells a tracker of every finished trial of a run directory, as a sweep would have done."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from harness.export.tables import in_order
from harness.results import Curves
from harness.results.loading import Stored
from harness.tracking.tracker import Ending, Tracked, Tracker


def replay(stored: Stored, tracker: Tracker) -> None:
    """Write every finished trial, in the order of the plan."""
    swept = tuple(stored.plan.sweep.get("swept") or ())
    points = in_order(stored).to_pylist()
    by_trial = {of: list(some) for of, some in groupby(points, key=lambda point: point["trial_id"])}
    for row in stored.trials.to_pylist():
        trial_id = row["trial_id"]
        tracker.start(tracked(row, swept))
        if trial_id in by_trial:
            tracker.points(trial_id, _curves(by_trial[trial_id]))
        metrics = {key: value for key, value in _below(row, "metric.").items() if value is not None}
        tracker.end(trial_id, Ending(row["status"], metrics))
    tracker.close()


def tracked(row: Mapping[str, Any], swept: tuple[str, ...]) -> Tracked:
    """Return what a trial's row says of it before it started."""
    return Tracked(
        trial_id=row["trial_id"],
        method=row["method"],
        dataset=row["dataset"],
        seed=row["seed"],
        params=_below(row, "param."),
        swept=swept,
    )


def _below(row: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {key.removeprefix(prefix): row[key] for key in row if key.startswith(prefix)}


def _curves(points: list[dict[str, Any]]) -> Curves:
    return Curves(
        *([point[key] for point in points] for key in ("epoch", "step", "split", "metric", "value"))
    )
