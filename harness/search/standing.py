"""How the configurations of a sweep stand before it goes on: for successive halving."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from harness.config.schema import TrialConfig
from harness.config.searched.halving import Halving
from harness.methods import declaration
from harness.results import Results
from harness.search.outcome import along_training


@dataclass(frozen=True)
class Standing:
    """What successive halving has to know of earlier sessions, and of the default.

    Attributes:
        halving: what configurations are compared by, and when.
        earlier: mean score over the seeds by epoch, of each configuration that has trials.
        spared: ids of trials that run to their end whatever they score: the default's, and more
            seeds of a configuration whose first ones did.
        stopped: ids of trials that end at the first rung: more seeds of one that was stopped, or of
            which one diverged or failed before the last rung.
    """

    halving: Halving
    earlier: dict[str, dict[int, float]]
    spared: frozenset[str]
    stopped: frozenset[str]


def standing(
    trials: Sequence[TrialConfig],
    swept: Iterable[str],
    results: Results,
    halving: Halving,
    *,
    searched: bool,
) -> Standing:
    """Return how the configurations of a plan stand.

    Args:
        trials: of the plan so far.
        swept: the swept paths.
        results: of the trials that have ended.
        halving: what configurations are compared by.
        searched: whether the first configuration is the one that a search begins with.
    """
    seeds = _by_configuration(trials)
    status = dict(zip(results.trials["trial_id"], results.trials["status"], strict=True))
    default = {trials[0].configuration} if searched else _defaults(trials, list(swept))
    along = along_training(results.curves, halving.metric)
    earlier, spared, stopped = {}, set[str](), set[str]()
    for configuration, ids in seeds.items():
        ended = {id_: status[id_] for id_ in ids if id_ in status}
        scored = {id_: along[id_] for id_ in ids if id_ in along}
        lost = [id_ for id_, how in ended.items() if how in ("diverged", "failed")]
        # One that was lost after the last rung changes nothing.
        early = any(max(scored.get(id_, {}), default=0) < halving.rungs[-1] for id_ in lost)
        if configuration in default or "ok" in ended.values():
            spared.update(ids)
        elif early or "pruned" in ended.values():
            stopped.update(ids)
        # What a rung holds is of all seeds: beyond where one was lost nothing was judged.
        held = set[int]().union(*scored.values())
        for id_ in lost:
            held &= scored.get(id_, {}).keys()
        if held:
            earlier[configuration] = {
                epoch: fmean(scores[epoch] for scores in scored.values() if epoch in scores)
                for epoch in sorted(held)
            }
    return Standing(halving, earlier, frozenset(spared), frozenset(stopped))


def together(trials: Iterable[TrialConfig]) -> list[list[str]]:
    """Return the ids of trials, those of one configuration in one list."""
    return list(_by_configuration(trials).values())


def _by_configuration(trials: Iterable[TrialConfig]) -> dict[str, list[str]]:
    ids: dict[str, list[str]] = {}
    for trial in trials:
        ids.setdefault(trial.configuration, []).append(trial.trial_id)
    return ids


def _defaults(trials: Iterable[TrialConfig], swept: Sequence[str]) -> set[str]:
    """Return the configurations of a grid whose swept hyperparameters all have their defaults.

    A hyperparameter that a method lacks counts as such; a grid of none has no default.
    """
    names = [path.removeprefix("method.") for path in swept if path.startswith("method.")]
    return {
        trial.configuration
        for trial in trials
        if names
        and all(getattr(trial.hyperparameters, n, None) == _default(trial).get(n) for n in names)
    }


def _default(trial: TrialConfig) -> Mapping[str, Any]:
    declared = declaration(trial.method)
    defaults = vars(declared.Hyperparameters())
    return {**defaults, **declared.at_scale.get(trial.scale.name, {})}
