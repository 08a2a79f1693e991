"""Keeps the best model of each method and dataset while a sweep runs, and deletes the others.

Workers write the model of every trial that ends well, and the driver alone deletes: first there is
the better model with its row, then the other one goes. Killed at any point, a run directory has the
best model of its rows, and perhaps more; the next session deletes those.
"""

import sys

from harness.kept.ranking import Kept, best_of_each, kept_model, kept_models, ranking_of
from harness.results import RunDirectory, load


class BestModels:
    """The best models of a run directory that this process drives.

    Args:
        directory: the run directory; models that are not the best of its rows are deleted.
    """

    def __init__(self, directory: RunDirectory) -> None:
        self._directory = directory
        results = load(directory.location)
        self._ranking = ranking_of(results.sweep)
        models = kept_models(results)
        self._best = best_of_each(models)
        for model in models:
            if model is not self._best[model.group]:
                self._delete(model)

    def add(self, trial_id: str, metrics: dict[str, float]) -> None:
        """Note that a trial has ended well and its model is there; keep it or the one before.

        Args:
            trial_id: which.
            metrics: its final metrics.
        """
        config = self._directory.config(trial_id)
        new = kept_model(trial_id, metrics, config, self._ranking)
        before = self._best.get(new.group, new)
        best, other = sorted((new, before), key=lambda model: model.rank)
        self._best[new.group] = best
        if other.trial_id != best.trial_id:
            self._delete(other)

    def _delete(self, model: Kept) -> None:
        """Delete a model; if that fails there is one too many, which the next session deletes."""
        try:
            self._directory.delete_model(model.trial_id)
        except OSError as error:
            print(f"cannot delete the model of {model.trial_id}: {error}", file=sys.stderr)
