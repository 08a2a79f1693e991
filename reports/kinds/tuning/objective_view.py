"""One objective of a search, as Optuna's figures take it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import optuna
from matplotlib.figure import Figure as Canvas

from reports.kinds.tuning.axes import Axis
from reports.kinds.tuning.search import Search
from reports.kinds.tuning.tables import configurations_frame
from reports.layout.outcome import Outcome
from reports.page.figure import Figure, robust_limits
from reports.page.svg import to_svg
from reports.page.text import count
from reports.stats.estimates import Floats


@dataclass(frozen=True)
class View:
    """One objective of a search.

    Attributes:
        search: the search.
        study: the same, rebuilt.
        place: place of the objective among the search's.
    """

    search: Search
    study: optuna.Study
    place: int

    @property
    def objective(self) -> Outcome:
        """The objective."""
        return self.search.objectives[self.place]

    @property
    def titled(self) -> str:
        """Label of the objective on an axis: ``test ELBO (nats)``."""
        return f"test {self.objective.titled}"

    @property
    def target(self) -> Callable[[Any], float] | None:
        """Function that returns a trial's value of the objective; None if there is only one."""
        several = len(self.search.objectives) > 1
        return (lambda trial: float(trial.values[self.place])) if several else None

    def framed(self, trial: Any) -> float:
        """Return a trial's value, or NaN, which Optuna leaves out, where it is a far outlier."""
        low, high = self.limits
        value = float(trial.values[self.place])
        return value if low <= value <= high else np.nan

    @cached_property
    def values(self) -> Floats:
        """Means of the configurations that have one."""
        return np.array([c.mean(self.objective).value for c in self.search.valued])

    @cached_property
    def limits(self) -> tuple[float, float]:
        """Limits that hold all values but far outliers, and the default's if it is near enough."""
        low, high = robust_limits(self.values)
        span, default = high - low, self.search.default
        start = default.mean(self.objective).value if default else np.nan
        if low - span <= start <= high + span:
            low, high = min(low, start - 0.05 * span), max(high, start + 0.05 * span)
        return low, high

    @property
    def beyond(self) -> str:
        """How many values lie beyond the limits, for a caption."""
        low, high = self.limits
        n = int(((self.values < low) | (self.values > high)).sum())
        return f" {count(n, 'far outlier')} {'is' if n == 1 else 'are'} left out." if n else ""

    @cached_property
    def axes(self) -> list[Axis]:
        """The axes on which configurations with a value inside the limits differ."""
        finished = [t.params for t in self.study.trials if t.values and np.isfinite(self.framed(t))]
        differing = []
        for axis in self.search.axes:
            values = {params[axis.label] for params in finished if axis.label in params}
            differing += [axis] if len(values) > 1 else []
        return differing

    def figure(self, kind: str, canvas: Canvas, alt: str, caption: str) -> Figure:
        """Finish a figure; its data are all configurations."""
        name = f"{kind}-{self.objective.name}"
        return Figure(name, to_svg(canvas, name), alt, caption, configurations_frame(self.search))
