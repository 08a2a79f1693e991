"""A plan that grows: its next trials are suggested when earlier ones have ended."""

import json
from collections.abc import Sequence

from harness.config.schema import TrialConfig
from harness.config.searched.space import Searched
from harness.planning import plan_frame, planned_trials
from harness.results import Curves, RunDirectory, Status, load
from harness.search.growing_search import GrowingSearch
from harness.search.outcome import Outcome, outcomes_of, scores_of


class GrowingPlan:
    """The searches of a run directory: the trials still to run, and those they will suggest.

    What the directory holds is known to the searches from the start, so that they go on where they
    were killed. Every trial is in the directory's plan before it is given out.

    Args:
        directory: the run directory, with the first trials planned.
        searches: what is searched: one space, or one for each method and dataset.

    Raises:
        UserError: a study's storage cannot be used.
    """

    def __init__(self, directory: RunDirectory, searches: Sequence[Searched]) -> None:
        self._directory = directory
        results = load(directory.location)
        planned = planned_trials(results)
        objective = searches[0].goal.objectives[0].name  # all are for the same
        outcomes = outcomes_of(results, objective)
        self._searches: list[GrowingSearch] = []
        self._of: dict[str, GrowingSearch] = {}
        self._trials: dict[str, TrialConfig] = {}
        for searched in searches:
            mine = [trial for trial in planned if searched.covers(trial)]
            name = directory.location
            if len(searches) > 1:
                name += f" {json.dumps(searched.names)}"
            self._searches.append(GrowingSearch(searched, mine, outcomes, name))
        self._ended, self._objective = set(outcomes), objective
        self._note()

    @property
    def missing(self) -> list[TrialConfig]:
        """The planned trials that have not ended."""
        return [trial for search in self._searches for trial in search.missing]

    @property
    def left(self) -> int:
        """Number of trials still to run, with those not known yet: at most so many."""
        return sum(search.left for search in self._searches)

    @property
    def undecided(self) -> bool:
        """Whether fewer than :attr:`left` may be left, where the default is a search's best."""
        return any(search.undecided for search in self._searches)

    @property
    def given_out(self) -> bool:
        """Whether all trials are known and have been given out."""
        return all(search.given_out for search in self._searches)

    def next(self, *, whole: bool = False) -> list[TrialConfig]:
        """Return the next trial to run; none where there is none, or others must end first.

        It is of the search with the fewest trials running, so that each learns from as many ended
        ones as can be; of equals the first counts, so that the first searches are done first.

        Args:
            whole: return all the waiting seeds of its configuration with it.

        Raises:
            UserError: the run directory cannot be written.
        """
        for search in sorted(self._searches, key=lambda search: search.running):
            if trials := search.next(whole=whole):
                self._note()
                return trials
        return []

    def ended(
        self,
        trial_id: str,
        status: Status,
        metrics: dict[str, float],
        curves: Curves | None = None,
    ) -> None:
        """Record how a trial ended.

        Args:
            trial_id: which.
            status: how.
            metrics: its final metrics.
            curves: of a pruned trial.

        Raises:
            UserError: it was not scored on what the search is for.
        """
        if trial_id in self._ended:  # a retry after the worker died while it reported
            return
        self._ended.add(trial_id)
        trial, search = self._trials[trial_id], self._of[trial_id]
        search.ended(trial, Outcome(status, metrics, scores_of(curves, self._objective)))

    def _note(self) -> None:
        """Write trials that are new into the directory's plan."""
        known = len(self._trials)
        for search in self._searches:
            for trial in search.trials:
                self._trials.setdefault(trial.trial_id, trial)
                self._of[trial.trial_id] = search
        if len(self._trials) > known:
            self._directory.extend(plan_frame(self._trials.values()))
