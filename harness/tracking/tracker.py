"""What a tracker of another program is told: trials that start, go on along their curves, and end.

An export tells it all at once, of what a run directory holds; a sweep tells it while it runs. Both
tell the same, so that a tracker shows a trial alike.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from harness.results import Curves, Status


@dataclass(frozen=True)
class Tracked:
    """A trial, as it is known before it starts.

    Attributes:
        trial_id: its id in the run directory.
        method: name of the method.
        dataset: name of the dataset.
        seed: its seed.
        params: resolved configuration, flat (``method.lr`` -> 1e-4).
        swept: paths whose values tell it from the others.
    """

    trial_id: str
    method: str
    dataset: str
    seed: int
    params: Mapping[str, Any]
    swept: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called: ``c_vitae digits lr=0.001 seed=0``."""
        values = [
            f"{path.rpartition('.')[2]}={self.params[path]}"
            for path in self.swept
            if "." in path and self.params.get(path) is not None
        ]
        return " ".join([self.method, self.dataset, *values, f"seed={self.seed}"])

    @property
    def settings(self) -> dict[str, str | bool | int | float]:
        """All that decides its result, as plain values, text for lists; without what is null."""
        named = {"trial_id": self.trial_id, "method": self.method, "dataset": self.dataset}
        return {
            **named,
            "seed": self.seed,
            **{key: _plain(value) for key, value in self.params.items() if value is not None},
        }


@dataclass(frozen=True)
class Ending:
    """How a trial ended.

    Attributes:
        status: a final status of the run directory, or ``killed`` where a sweep was interrupted.
        metrics: final metrics by key, also those that are not finite.
    """

    status: Status | str
    metrics: Mapping[str, float]

    @property
    def final(self) -> dict[str, float]:
        """The final metrics as trackers name them: ``final/elbo``."""
        return {f"final/{name}": value for name, value in self.metrics.items()}


class Tracker(Protocol):
    """Writes trials in the format of another program. Any of these may raise anything."""

    def start(self, trial: Tracked) -> None:
        """Begin a trial anew: what an earlier, interrupted session wrote of it goes."""

    def points(self, trial_id: str, curves: Curves) -> None:
        """Add points of its learning curves."""

    def end(self, trial_id: str, ending: Ending) -> None:
        """End it."""

    def close(self) -> None:
        """Write what is still to be written."""


def since(curves: Curves, n: int) -> Curves:
    """Return the points of learning curves from the n-th on, counted from 0."""
    return Curves(
        curves.epoch[n:], curves.step[n:], curves.split[n:], curves.metric[n:], curves.value[n:]
    )


def by_step(curves: Curves) -> Iterable[tuple[int, int, dict[str, float]]]:
    """Yield ``epoch, step, {"test/elbo": value}`` of every step that has points, in order."""
    together: dict[tuple[int, int], dict[str, float]] = {}
    rows = zip(curves.epoch, curves.step, curves.split, curves.metric, curves.value, strict=True)
    for epoch, step, split, metric, value in rows:
        together.setdefault((epoch, step), {})[f"{split}/{metric}"] = value
    for (epoch, step), values in together.items():
        yield epoch, step, values


def _plain(value: Any) -> str | bool | int | float:
    return value if isinstance(value, str | bool | int | float) else json.dumps(value)
