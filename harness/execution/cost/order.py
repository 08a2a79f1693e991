"""In which order the trials of a plan begin, and what their end teaches of the next plan's.

The tail of a sweep, in which one worker still trains and the others wait, is at most as long as the
trial that began last: the longest begin first (Graham's LPT rule, 1969).
"""

from collections.abc import Sequence
from datetime import date
from statistics import median

from harness.config.schema import Settings, TrialConfig
from harness.execution.cost.known_times import TRIALS, Timed, kind_of, remember, remembered
from harness.results import RunDirectory, load
from models.registry import METHOD_PATHS


def longest_first(trials: Sequence[TrialConfig], settings: Settings) -> list[TrialConfig]:
    """Return trials by the known training time of their kind, the longest first.

    Those of one time stay in the order of the plan, as all do where a kind was never timed.
    """
    known = remembered()
    kinds = [kind_of(trial, settings) for trial in trials]
    if not all(kind in known for kind in kinds):
        return list(trials)
    seconds = [known[kind].seconds for kind in kinds]
    return [trials[i] for i in sorted(range(len(trials)), key=lambda i: -seconds[i])]


def remember_trials(run: RunDirectory, trials: Sequence[TrialConfig], settings: Settings) -> None:
    """Keep how long the finished trials of a sweep trained, by kind: the median.

    Not of a sweep whose trials ran elsewhere, several as one, or not all to their end, and not of
    methods from outside, whose code may change.
    """
    ours = [trial for trial in trials if trial.method in METHOD_PATHS]
    elsewhere = settings.ray.address or settings.ray.stack != 1
    if not ours or elsewhere or settings.scheduler.name != "none":
        return  # nothing to be read
    rows = load(run.location).trials
    whole = rows[rows["status"] == "ok"].set_index("trial_id")["time.train"].to_dict()
    by_kind: dict[str, list[float]] = {}
    for trial in ours:
        if trial.trial_id in whole:
            by_kind.setdefault(kind_of(trial, settings), []).append(whole[trial.trial_id])
    if by_kind:
        today = date.today().isoformat()
        new = {kind: Timed(median(of), today, TRIALS) for kind, of in by_kind.items()}
        remember({**remembered(), **new})
