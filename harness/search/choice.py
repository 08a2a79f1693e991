"""The best configuration of a search: one rule, for what is confirmed and what is shown."""

import json
from collections.abc import Iterable
from typing import Any

from harness.axes import Assignment, key
from harness.config.searched.space import Searched, searches_again
from harness.config.settings import build_settings
from harness.config.trials import trial_from_dict, value_at
from harness.results import Results
from harness.search.outcome import Outcome, outcomes_of, together, usable


def best_of(searched: Searched, ended: Iterable[tuple[Assignment, Outcome]]) -> Assignment:
    """Return the assignment with the best first objective among those that break no constraint.

    Where all break one, or none ended well, it is the best of what did end well, or the default. Of
    equals the one that was tried first counts.
    """
    objective = searched.goal.objectives[0]
    sign = 1 if objective.direction == "higher" else -1

    def cost(assignment: Assignment, outcome: Outcome) -> tuple[bool, float]:
        def value(path: str) -> Any:
            return assignment[path] if path in assignment else value_at(searched.base, path)

        excesses = [c.excess(outcome.metrics[c.metric], value) for c in searched.goal.constraints]
        return any(excess > 0 for excess in excesses), -sign * outcome.metrics[objective.name]

    costs = [(cost(each, outcome), each) for each, outcome in ended if outcome.status == "ok"]
    return min(costs, key=lambda pair: pair[0])[1] if costs else searched.start


def confirmed(results: Results) -> dict[str, str]:
    """Return which confirming trials of a run directory are of what configuration.

    Returns:
        ``default``, ``tuned``, ``both`` where the default was the best, or ``earlier``: the best of
        a search that has gone on since; by trial id. None for other sweeps.
    """
    if not results.sweep.get("searches"):
        return {}
    settings = build_settings(results.sweep["settings"])
    searches = searches_again(results.sweep, settings, results.location)
    trials = [trial_from_dict(json.loads(config)) for config in results.plan["config"]]
    outcomes = outcomes_of(results, searches[0].goal.objectives[0].name)
    kinds = {}
    for searched in searches:
        mine = [trial for trial in trials if searched.covers(trial)]
        ended: dict[str, tuple[Assignment, list[Outcome]]] = {}
        for trial in mine:
            if not searched.confirms(trial) and trial.trial_id in outcomes:
                assignment = searched.assignment_of(trial.as_dict())
                seeds = ended.setdefault(key(assignment), (assignment, []))[1]
                seeds.append(outcomes[trial.trial_id])
        best = key(best_of(searched, _judged(searched, ended.values())))
        start = key(searched.start)
        for trial in mine:
            if searched.confirms(trial):
                which = key(searched.assignment_of(trial.as_dict()))
                names = {start: "default", best: "tuned"}
                name = "both" if start == best == which else names.get(which, "earlier")
                kinds[trial.trial_id] = name
    return kinds


def _judged(
    searched: Searched, ended: Iterable[tuple[Assignment, list[Outcome]]]
) -> list[tuple[Assignment, Outcome]]:
    return [(each, usable(searched.goal, together(seeds))) for each, seeds in ended]
