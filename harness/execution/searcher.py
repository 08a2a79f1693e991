"""Gives Tune the trials of a plan that grows."""

from collections.abc import Iterable
from typing import Any

from ray.tune.search import Searcher

from harness.execution.callback import SweepCallback
from harness.execution.progress import Progress, label
from harness.search.growing_plan import GrowingPlan


class Suggestions(Searcher):
    """Asks a search for its next trial when Tune has room for one.

    How trials end the search hears from the callback, which also knows of pruned ones.

    Args:
        growth: the search.
        progress: gets the names of the new trials.
        swept: the paths that such a name tells the values of.
        callback: notes an error on its way through Tune.
        whole: whether all the seeds of a configuration are one trial of Tune.
    """

    def __init__(
        self,
        growth: GrowingPlan,
        progress: Progress,
        swept: Iterable[str],
        callback: SweepCallback,
        *,
        whole: bool = False,
    ) -> None:
        super().__init__()
        self._growth, self._progress = growth, progress
        self._swept, self._callback, self._whole = list(swept), callback, whole

    def suggest(self, trial_id: str) -> Any:  # noqa: ARG002  # Tune's own id
        """Return the configuration that Tune hands to a worker: ids of trials."""
        self._callback.note_evaluations()  # Tune calls nothing else while it waits for a trial
        with self._callback.keeping_error():
            trials = self._growth.next(whole=self._whole)
        if not trials:  # None: Tune asks again when one that others wait for has ended
            return Searcher.FINISHED if self._growth.given_out else None
        self._progress.labels.update({t.trial_id: label(t, self._swept) for t in trials})
        return {"trial_ids": [trial.trial_id for trial in trials]}

    def on_trial_complete(
        self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False
    ) -> None:
        """Do nothing: the callback has reported the end already."""

    def save(self, checkpoint_path: str) -> None:
        """Do nothing: the run directory holds what ended."""

    def restore(self, checkpoint_path: str) -> None:
        """Do nothing: the search is rebuilt from the run directory."""
