"""Several run directories as one, for a page about the trials of all of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from harness.results import Results


def merge(runs: Sequence[Results]) -> Results:
    """Return the trials of all runs, each once, with what the first run says of its sweep.

    A trial that several have planned is that of the first in which it has finished and not failed.
    Pictures are those of the first run alone.

    Args:
        runs: one or more.
    """
    first, *others = runs
    if not others:
        return first
    owner = _owner(runs)
    trials = _once([_owned(run.trials, owner, place) for place, run in enumerate(runs)])
    plan = _once([run.plan for run in runs])
    curves = pd.concat(
        [_owned(run.curves, owner, place) for place, run in enumerate(runs)], ignore_index=True
    )
    names = dict.fromkeys(("trial_id", "split", "metric"), "category")
    return replace(
        first,
        trials=trials,
        curves=curves.astype(names),
        plan=plan,
        sweep=_sweep([run.sweep for run in runs], plan),
        problems=[f"{run.location}: {problem}" for run in runs for problem in run.problems],
        location=", ".join(run.location for run in runs),
    )


def _once(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)] or [*frames[:1]]
    joined = pd.concat(filled, ignore_index=True)
    return joined.drop_duplicates("trial_id").reset_index(drop=True)


def _owner(runs: Sequence[Results]) -> dict[str, int]:
    """Return by trial the run that it is taken from: the first in which it has not failed."""
    placed = [
        (status == "failed", place, str(id_))
        for place, run in enumerate(runs)
        for id_, status in zip(run.trials["trial_id"], run.trials["status"], strict=True)
    ]
    return {id_: place for _, place, id_ in sorted(placed, reverse=True)}


def _owned(rows: pd.DataFrame, owner: Mapping[str, int], place: int) -> pd.DataFrame:
    return rows[rows["trial_id"].astype(str).map(owner) == place]


def _sweep(sweeps: Sequence[dict[str, Any]], plan: pd.DataFrame) -> dict[str, Any]:
    """Return the first sweep with the swept values and commands of all.

    What each run holds fixed and has otherwise than another was swept by running both.
    """
    swept: dict[str, Any] = {}
    for sweep in sweeps:
        of = sweep.get("swept")
        for path, values in of.items() if isinstance(of, dict) else ():
            known = swept.setdefault(path, [])
            listed = values if isinstance(values, list) else [values]
            known += [value for value in listed if value not in known]
    for path, values in _several(plan).items():
        swept.setdefault(path, values)
    commands = [str(sweep["command"]) for sweep in sweeps if sweep.get("command")]
    merged = {**sweeps[0], "swept": swept, "command": "\n".join(commands)}
    merged.pop("trials", None)  # the plans say it, in which a trial may stand twice
    return merged


def _several(plan: pd.DataFrame) -> dict[str, list[Any]]:
    """Return the values of each path that planned trials have different ones of, in order."""
    found: dict[str, dict[str, Any]] = {}
    for config in plan.get("config", ()):
        for group, values in json.loads(config).items():
            if group not in ("method", "dataset", "scale"):
                continue
            for key, value in values.items():
                path = group if key == "name" else f"{group}.{key}"
                found.setdefault(path, {}).setdefault(json.dumps(value), value)
    return {path: [*values.values()] for path, values in found.items() if len(values) > 1}
