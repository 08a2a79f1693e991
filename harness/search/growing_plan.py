"""A plan that grows: its next trials are suggested when earlier ones have ended."""

from collections import deque
from collections.abc import Iterable

import pandas as pd

from harness.axes import Assignment, key
from harness.config.schema import TrialConfig
from harness.config.searched.goal import Goal
from harness.config.searched.settings import OptunaSearch
from harness.config.searched.space import Searched
from harness.planning import plan_frame, planned_trials
from harness.results import Curves, Results, RunDirectory, Status, load
from harness.search.outcome import Outcome, require_scores, together
from harness.search.study import OptunaStudy


class GrowingPlan:
    """The trials of a search that are still to run, and those it will suggest.

    What a run directory holds is known to the study from the start, so that a search goes on where
    it was killed. Every trial is in the directory's plan before it is given out.

    Args:
        directory: the search's run directory, with its first trials planned.
        searched: the space.

    Raises:
        UserError: the study's storage cannot be used.
    """

    def __init__(self, directory: RunDirectory, searched: Searched) -> None:
        assert isinstance(searched.search, OptunaSearch)
        self._directory, self._searched = directory, searched
        results = load(directory.location)
        self._outcomes = _outcomes(results, searched.goal)
        self._trials: dict[str, TrialConfig] = {}
        self._assignments: dict[str, Assignment] = {}
        self._seeds: dict[str, list[str]] = {}
        self._add(planned_trials(results))
        known = list(self._assignments.values())
        self._add(trial for assignment in known for trial in searched.trials(assignment))
        directory.extend(plan_frame(self._trials.values()))
        self._waiting = deque(self.missing)
        self._study = OptunaStudy(
            searched.axes,
            searched.goal,
            searched.search,
            seed=searched.seeds.start,
            name=directory.location,
            base=searched.base,
            known=[(assignment, self._outcome(key(assignment))) for assignment in known],
        )

    @property
    def missing(self) -> list[TrialConfig]:
        """The planned trials that have not ended."""
        return [trial for id_, trial in self._trials.items() if id_ not in self._outcomes]

    @property
    def left(self) -> int:
        """Number of trials still to run, with those not suggested yet."""
        to_suggest = max(0, self._searched.n - len(self._assignments))
        return len(self.missing) + to_suggest * len(self._searched.seeds)

    def next(self, *, whole: bool = False) -> list[TrialConfig]:
        """Return the next trial to run; none when all that were asked for have been given out.

        Args:
            whole: return all the waiting seeds of its configuration with it.

        Raises:
            UserError: the run directory cannot be written.
        """
        if not self._waiting and len(self._assignments) < self._searched.n:
            self._waiting.extend(self._add(self._searched.trials(self._study.suggest())))
            self._directory.extend(plan_frame(self._trials.values()))
        if not self._waiting:
            return []
        trials = [self._waiting.popleft()]
        while whole and self._waiting and self._waiting[0].configuration == trials[0].configuration:
            trials.append(self._waiting.popleft())
        return trials

    def ended(
        self,
        trial_id: str,
        status: Status,
        metrics: dict[str, float],
        curves: Curves | None = None,
    ) -> None:
        """Record how a trial ended; the study gets the configuration once all its seeds have ended.

        Args:
            trial_id: which.
            status: how.
            metrics: its final metrics.
            curves: of a pruned trial.

        Raises:
            UserError: it was not scored on what the search is for.
        """
        if trial_id in self._outcomes:  # a retry after the worker died while it reported
            return
        goal, trial = self._searched.goal, self._trials[trial_id]
        along = _along(pd.DataFrame(vars(curves)), goal) if curves else {}
        outcome = Outcome(status, metrics, along)
        require_scores(goal, outcome, trial.method)
        self._outcomes[trial_id] = outcome
        whole = self._outcome(self._which(trial))
        if whole:
            self._study.update(self._assignments[self._which(trial)], whole)

    def _add(self, trials: Iterable[TrialConfig]) -> list[TrialConfig]:
        added = []
        for trial in trials:
            if trial.trial_id not in self._trials:
                added.append(trial)
                self._trials[trial.trial_id] = trial
                which = self._which(trial)
                self._seeds.setdefault(which, []).append(trial.trial_id)
        return added

    def _which(self, trial: TrialConfig) -> str:
        assignment = self._searched.assignment_of(trial.as_dict())
        self._assignments.setdefault(key(assignment), assignment)
        return key(assignment)

    def _outcome(self, which: str) -> Outcome | None:
        """Return the outcome of an assignment; None while a seed of it has not ended."""
        ended = [self._outcomes[id_] for id_ in self._seeds[which] if id_ in self._outcomes]
        return together(ended) if len(ended) == len(self._seeds[which]) else None


def _outcomes(results: Results, goal: Goal) -> dict[str, Outcome]:
    """Return the outcomes of the finished trials of a run directory."""
    metrics = results.trials.filter(regex=r"^metric\.").rename(
        columns=lambda c: c[len("metric.") :]
    )
    outcomes = {}
    for trial_id, status, (_, scores) in zip(
        results.trials["trial_id"], results.trials["status"], metrics.iterrows(), strict=True
    ):
        pruned = status == "pruned"
        curves = results.curves[results.curves["trial_id"] == trial_id] if pruned else None
        along = _along(curves, goal) if curves is not None else {}
        outcomes[str(trial_id)] = Outcome(
            status, {str(k): v for k, v in scores.dropna().items()}, along
        )
    return outcomes


def _along(curves: pd.DataFrame, goal: Goal) -> dict[int, float]:
    points = curves[(curves["split"] == "test") & (curves["metric"] == goal.objectives[0].name)]
    return dict(zip(points["epoch"].tolist(), points["value"].tolist(), strict=True))
