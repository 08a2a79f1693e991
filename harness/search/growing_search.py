"""One search of a plan that grows: what it has suggested, how that ended, and what comes next."""

from collections import deque
from collections.abc import Iterable, Mapping

from harness.config.schema import TrialConfig
from harness.config.searched.settings import OptunaSearch
from harness.config.searched.space import Searched
from harness.search.outcome import Outcome, require_scores, together, usable
from harness.search.study import OptunaStudy
from harness.spaces.axes import Assignment, key
from harness.spaces.choice import best_of


class GrowingSearch:
    """The trials of one search: those still to run, and those it will suggest.

    Where the search is to be confirmed, the last ones are fresh seeds of its best configuration and
    of the default, scored on the test split: they follow when all others have ended.

    Args:
        searched: the space.
        planned: its trials that are planned already, in order.
        outcomes: of trials that have ended, by id.
        name: the study's name in its storage.

    Raises:
        UserError: the study's storage cannot be used.
    """

    def __init__(
        self,
        searched: Searched,
        planned: Iterable[TrialConfig],
        outcomes: Mapping[str, Outcome],
        name: str,
    ) -> None:
        assert isinstance(searched.search, OptunaSearch)
        self._searched = searched
        self._described = searched.describe()
        self._outcomes = dict(outcomes)
        self._tried: dict[str, TrialConfig] = {}
        self._confirming: dict[str, TrialConfig] = {}
        self._assignments: dict[str, Assignment] = {}
        self._seeds: dict[str, list[str]] = {}
        for trial in planned:
            if searched.confirms(trial):
                self._confirming[trial.trial_id] = trial
            else:
                self._add([trial])
        known = list(self._assignments.values())
        self._add(trial for assignment in known for trial in searched.trials(assignment))
        self._waiting = deque(self.missing)
        self.running = 0
        self._study = OptunaStudy(
            searched.axes,
            searched.goal,
            searched.search,
            seed=searched.seeds.start,
            name=name,
            base=searched.base,
            known=[(assignment, self._outcome(key(assignment))) for assignment in known],
        )

    @property
    def trials(self) -> list[TrialConfig]:
        """The planned trials, in order."""
        return [*self._tried.values(), *self._confirming.values()]

    @property
    def missing(self) -> list[TrialConfig]:
        """The planned trials that have not ended."""
        return [trial for trial in self.trials if trial.trial_id not in self._outcomes]

    @property
    def left(self) -> int:
        """Number of trials still to run, with those not known yet: at most so many."""
        confirming = self._to_confirm()
        if confirming is not None:
            return len(self.missing) + len(confirming)
        searched = self._searched
        to_suggest = max(0, searched.n - len(self._assignments))
        to_confirm = searched.confirm * min(2, searched.n)  # of one configuration it is the best
        return len(self.missing) + to_suggest * len(searched.seeds) + to_confirm

    @property
    def undecided(self) -> bool:
        """Whether it is still to be seen if one or two configurations are confirmed."""
        return self._searched.confirm > 0 and self._to_confirm() is None

    @property
    def given_out(self) -> bool:
        """Whether all its trials are known and have been given out."""
        return not self._waiting and self._to_confirm() == []

    def next(self, *, whole: bool) -> list[TrialConfig]:
        """Return the next trial to run; none where what has been given out must end first.

        Args:
            whole: return all the waiting seeds of its configuration with it.
        """
        if not self._waiting:
            if len(self._assignments) < self._searched.n:
                self._waiting.extend(self._add(self._searched.trials(self._study.suggest())))
            elif confirming := self._to_confirm():
                self._confirming |= {trial.trial_id: trial for trial in confirming}
                self._waiting.extend(confirming)
            else:
                return []
        trials = [self._waiting.popleft()]
        while whole and self._waiting and self._waiting[0].configuration == trials[0].configuration:
            trials.append(self._waiting.popleft())
        self.running += len(trials)
        return trials

    def ended(self, trial: TrialConfig, outcome: Outcome) -> None:
        """Record how a trial ended; the study gets the configuration once all its seeds have ended.

        Raises:
            UserError: it is the first, and was not scored on what the search is for.
        """
        self.running -= 1
        if trial.trial_id in self._tried and not self._outcomes and not self._searched.confirm:
            require_scores(self._searched.goal, outcome, trial.method)
        self._outcomes[trial.trial_id] = outcome
        if trial.trial_id in self._tried:
            which = key(self._searched.assignment_of(trial.as_dict()))
            if whole := self._outcome(which):
                self._study.update(self._assignments[which], whole)

    def _to_confirm(self) -> list[TrialConfig] | None:
        """Return the confirming trials that are not planned yet; None before they are known."""
        if len(self._assignments) < self._searched.n:
            return None
        tried = []
        for which, assignment in self._assignments.items():
            if any(trial_id not in self._outcomes for trial_id in self._seeds[which]):
                return None
            seeds = [self._outcomes[trial_id] for trial_id in self._seeds[which]]
            tried.append((assignment, [s.metrics if s.status == "ok" else None for s in seeds]))
        wanted = self._searched.confirming(best_of(self._described, tried))
        return [trial for trial in wanted if trial.trial_id not in self._confirming]

    def _add(self, trials: Iterable[TrialConfig]) -> list[TrialConfig]:
        added = []
        for trial in trials:
            if trial.trial_id not in self._tried:
                added.append(trial)
                self._tried[trial.trial_id] = trial
                assignment = self._searched.assignment_of(trial.as_dict())
                self._assignments.setdefault(key(assignment), assignment)
                self._seeds.setdefault(key(assignment), []).append(trial.trial_id)
        return added

    def _outcome(self, which: str) -> Outcome | None:
        """Return the outcome of an assignment; None while a seed of it has not ended."""
        ended = [self._outcomes[id_] for id_ in self._seeds[which] if id_ in self._outcomes]
        if len(ended) < len(self._seeds[which]):
            return None
        return usable(self._searched.goal, together(ended))
