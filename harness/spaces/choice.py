"""What the searches of a run directory chose: one rule, for what is confirmed and what is shown.

It reads ``sweep.yaml``, plan and scores alone: the methods need not be installed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal

from harness.results import Results
from harness.spaces.axes import Assignment, key, value_at, with_values
from harness.spaces.constraints import parse_constraint

Kind = Literal["default", "tuned", "both", "earlier"]
"""What a confirming trial is of: the default, the best of its search, both where the default was
the best, or the best of a search that has gone on since and found a better one."""

Scores = Mapping[str, float]

_PARTS = {"base", "axes", "objectives", "constraints", "trials"}
"""What ``sweep.yaml`` keeps of a search that has a choice to make; a grid has none."""


@dataclass(frozen=True)
class Choice:
    """A search on validation images, and what it chose.

    Attributes:
        default: the configuration that it began with, in groups, as a plan has it.
        best: the best that it has tried; None before it has tried as many as it was asked for.
        confirming: the trials of the run directory that confirm one of these on the test split.
        unscored: the objective that none of the configurations it tried has a value of, so that
            nothing was chosen; "" where one has.
    """

    default: dict[str, Any]
    best: dict[str, Any] | None
    confirming: Mapping[str, Kind]
    unscored: str = ""


def best_of(
    search: Mapping[str, Any], tried: Iterable[tuple[Assignment, Sequence[Scores | None]]]
) -> Assignment:
    """Return the assignment with the best first objective among those that break no constraint.

    Where all break one, it is the best of these, and where none ended well, the default. Of equals
    the one that was tried first counts.

    Args:
        search: what ``sweep.yaml`` keeps of it (``Searched.describe``).
        tried: its assignments, and the metrics of the seeds of each that have ended; None for a
            seed that did not end well.
    """
    return _cheapest(search, _costs(search, tried))


def _cheapest(
    search: Mapping[str, Any], costs: Sequence[tuple[tuple[bool, float], Assignment]]
) -> Assignment:
    return min(costs, key=lambda pair: pair[0])[1] if costs else _start(search)


def _costs(
    search: Mapping[str, Any], tried: Iterable[tuple[Assignment, Sequence[Scores | None]]]
) -> list[tuple[tuple[bool, float], Assignment]]:
    """Return what is the less the better of each assignment that was scored on what is needed."""
    objective, *_ = search["objectives"]
    sign = 1 if objective["direction"] == "higher" else -1
    constraints = [parse_constraint(text, "search.constraints") for text in search["constraints"]]
    needed = {each["name"] for each in search["objectives"]} | {c.metric for c in constraints}

    def cost(assignment: Assignment, scores: Scores) -> tuple[bool, float]:
        def value(path: str) -> Any:
            return assignment[path] if path in assignment else value_at(search["base"], path)

        broken = any(each.excess(scores[each.metric], value) > 0 for each in constraints)
        return broken, -sign * scores[objective["name"]]

    means = [(assignment, mean_scores(seeds)) for assignment, seeds in tried]
    return [(cost(each, scores), each) for each, scores in means if needed <= scores.keys()]


def mean_scores(seeds: Sequence[Scores | None]) -> dict[str, float]:
    """Return the means of the metrics that all seeds have; none where one did not end well."""
    known = [seed for seed in seeds if seed is not None]
    if not known or len(known) < len(seeds):
        return {}
    names = set.intersection(*(set(seed) for seed in known))
    return {name: fmean(seed[name] for seed in known) for name in sorted(names)}


def choices_of(results: Results) -> list[Choice]:
    """Return the searches of a run directory that choose on validation images; others are none."""
    stored = results.sweep.get("searches") or [results.sweep.get("search")]
    searches = [one for one in stored if one and one.keys() >= _PARTS and _chooses(one["base"])]
    if not searches:
        return []
    plan = results.plan
    configs: dict[str, dict[str, Any]] = {
        str(trial_id): json.loads(config)
        for trial_id, config in zip(plan["trial_id"], plan["config"], strict=True)
    }
    scores = _scores(results)
    return [_choice(search, configs, scores) for search in searches]


def _choice(
    search: Mapping[str, Any],
    configs: Mapping[str, Mapping[str, Any]],
    scores: Mapping[str, Scores | None],
) -> Choice:
    confirming: dict[str, str] = {}
    tried: dict[str, tuple[Assignment, list[Scores | None]]] = {}
    waiting = 0
    for trial_id, config in configs.items():
        if not _covers(search["base"], config):
            continue
        assignment = {path: value_at(config, path) for path in search["axes"]}
        if _chooses(config):
            seeds = tried.setdefault(key(assignment), (assignment, []))[1]
            seeds += [scores[trial_id]] if trial_id in scores else []
            waiting += trial_id not in scores
        else:
            confirming[trial_id] = key(assignment)
    ended = [each for each in tried.values() if each[1]]
    costs = _costs(search, ended)
    best, start, scored = _cheapest(search, costs), _start(search), bool(costs)
    kinds: dict[str, Kind] = {key(start): "default", key(best): "tuned"}
    if best == start:
        kinds[key(best)] = "both" if scored or not ended else "default"
    whole = not waiting and len(ended) >= search["trials"]
    return Choice(
        search["base"],
        with_values(search["base"], best) if whole and scored else None,
        {id_: kinds.get(which, "earlier") for id_, which in confirming.items()}
        if search.get("confirm")
        else {},
        "" if scored or not whole else search["objectives"][0]["name"],
    )


def _scores(results: Results) -> dict[str, Scores | None]:
    """Return the metrics of the trials that have ended, None for those that did not end well."""
    frame = results.trials
    metrics = frame.filter(regex=r"^metric\.").rename(columns=lambda c: c.removeprefix("metric."))
    return {
        str(trial_id): {str(k): float(v) for k, v in row.dropna().items()} if well else None
        for trial_id, well, (_, row) in zip(
            frame["trial_id"], frame["status"] == "ok", metrics.iterrows(), strict=True
        )
    }


def _covers(base: Mapping[str, Any], config: Mapping[str, Any]) -> bool:
    """Say whether a trial is of a search's method and dataset; an option not said is no other."""
    dataset = base["dataset"]
    return config["method"]["name"] == base["method"]["name"] and all(
        dataset.get(option, value) == value for option, value in config["dataset"].items()
    )


def _chooses(config: Mapping[str, Any]) -> bool:
    """Say whether a configuration is scored on validation images; older ones do not say."""
    return bool(config["scale"].get("scored_on") == "validation")


def _start(search: Mapping[str, Any]) -> Assignment:
    return {path: value_at(search["base"], path) for path in search["axes"]}
