"""Gives Tune the trials of a plan, or of one that grows, when it has room for them."""

from collections import deque
from collections.abc import Iterable
from typing import Any

from ray.tune.search import Searcher

from harness.config.schema import TrialConfig
from harness.execution.callback import SweepCallback
from harness.execution.progress import Progress, label
from harness.execution.stacks import Groups
from harness.search.growing_plan import GrowingPlan


class Planned(Searcher):
    """Hands the trials of a plan to Tune in their order.

    Tune could do it by itself, with a grid of them. It copies the whole grid for each of its values
    before the first trial starts: of 5,000 trials 25 million entries, of 100,000 10 billion.

    Args:
        groups: ids of trials; each group is one trial of Tune.

    Attributes:
        most: trials of Tune, at most.
    """

    def __init__(self, groups: Iterable[list[str]]) -> None:
        super().__init__()
        self._groups = deque(groups)
        self.most = len(self._groups)

    def suggest(self, trial_id: str) -> Any:  # noqa: ARG002  # Tune's own id
        """Return the configuration that Tune hands to a worker: ids of trials."""
        return {"trial_ids": self._groups.popleft()} if self._groups else Searcher.FINISHED

    def on_trial_complete(
        self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False
    ) -> None:
        """Do nothing: the callback hears of the end."""

    def save(self, checkpoint_path: str) -> None:
        """Do nothing: the run directory holds what ended."""

    def restore(self, checkpoint_path: str) -> None:
        """Do nothing: what is missing is planned anew."""


class Suggestions(Planned):
    """Asks a search for its next trial when Tune has room for one.

    How trials end the search hears from the callback, which also knows of pruned ones.

    Args:
        growth: the search.
        progress: gets the names of the new trials.
        swept: the paths that such a name tells the values of.
        callback: notes an error on its way through Tune.
        groups: which trials are one trial of Tune.
    """

    def __init__(
        self,
        growth: GrowingPlan,
        progress: Progress,
        swept: Iterable[str],
        callback: SweepCallback,
        groups: Groups,
    ) -> None:
        super().__init__(())
        self.most = growth.left
        self._growth, self._progress = growth, progress
        self._swept, self._callback, self._how = list(swept), callback, groups

    def suggest(self, trial_id: str) -> Any:  # noqa: ARG002  # Tune's own id
        """Return the configuration that Tune hands to a worker: ids of trials."""
        self._callback.note_evaluations()  # Tune calls nothing else while it waits for a trial
        if not self._groups:
            trials = self._suggested()
            self._progress.labels.update({t.trial_id: label(t, self._swept) for t in trials})
            self._groups.extend(self._how.of(trials))
        if not self._groups:  # None: Tune asks again when one that others wait for has ended
            return Searcher.FINISHED if self._growth.given_out else None
        return {"trial_ids": self._groups.popleft()}

    def _suggested(self) -> list[TrialConfig]:
        """Return the next trials: as many as are trained together, or fewer."""
        found: list[TrialConfig] = []
        with self._callback.keeping_error():
            while len(found) < self._how.suggested:
                trials = self._growth.next(whole=self._how.whole)
                if not trials:
                    break
                found += trials
                if self._how.whole and len(found) + len(trials) > self._how.suggested:
                    break  # another configuration with as many seeds would be too many
        return found
