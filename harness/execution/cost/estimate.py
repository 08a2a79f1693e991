"""What a sweep would cost, from the training time of one trial of each kind.

A kind is timed once, by a few real training steps, and remembered: timing another sweep of the same
kinds needs neither the data nor torch, whose import alone takes more than a second.
"""

import os
from collections.abc import Iterable
from datetime import date

from harness.config.schema import Settings, TrialConfig, shares
from harness.config.sweep import Sweep
from harness.durations import duration
from harness.execution.cost.known_times import STEPS, Timed, kind_of, remember, remembered
from models.registry import METHOD_PATHS


def estimate(sweep: Sweep) -> str:
    """Return a sentence with the expected duration of the training of all trials here."""
    total, source = seconds_in_all(sweep)
    ray = sweep.settings.ray
    cpus = ray.num_cpus or os.cpu_count() or 1
    at_once = max(1, min(sweep.n_trials, shares(cpus, ray.cpus_per_trial)))
    return (
        f"estimated training time: {duration(total / at_once)} with {at_once} trials at a time on "
        f"this machine ({duration(total)} in all), {source}"
    )


def seconds_in_all(sweep: Sweep) -> tuple[float, str]:
    """Return how long the training of all trials would take here, one after another.

    Returns:
        Seconds, and words on where they come from.
    """
    kinds: dict[str, list[TrialConfig]] = {}
    for trial in sweep.trials:
        kinds.setdefault(kind_of(trial, sweep.settings), []).append(trial)
    timed = _timed({kind: trials[0] for kind, trials in kinds.items()}, sweep.settings)
    known = sum(timed[kind].seconds * len(trials) for kind, trials in kinds.items())
    # What a search will suggest is like its first trials.
    total = known * sweep.n_trials / len(sweep.trials)
    of = "the only kind" if len(kinds) == 1 else f"each of {len(kinds)} kinds"
    when = _when(each.timed for each in timed.values())
    by = " or ".join(sorted({each.by for each in timed.values()}))
    return total, f"from {by} of {of} of trial, timed {when}"


def _timed(kinds: dict[str, TrialConfig], settings: Settings) -> dict[str, Timed]:
    """Return how long a trial of each kind trains."""
    known = remembered()
    timed = {kind: known[kind] for kind in kinds if kind in known}
    lacking = kinds.keys() - timed.keys()
    if lacking:
        from harness.execution.cost.step_time import training_seconds

        today = date.today().isoformat()
        for kind in lacking:
            seconds = training_seconds(kinds[kind], settings)
            timed[kind] = Timed(seconds, today, STEPS)
        # The code of another's method may change, and its kind would not.
        ours = {kind: timed[kind] for kind in lacking if kinds[kind].method in METHOD_PATHS}
        remember({**known, **ours})
    return timed


def _when(days: Iterable[str]) -> str:
    first, *others = sorted(set(days))
    if others:
        return f"between {first} and {others[-1]}"
    return "today" if first == date.today().isoformat() else f"on {first}"
