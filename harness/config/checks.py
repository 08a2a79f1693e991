"""What a search space declares for its ablation report: a baseline, and constraints on metrics."""

import re
from collections.abc import Sequence

from harness.config.schema import TrialConfig
from harness.config.search_spaces import SearchSpace
from harness.errors import UserError, did_you_mean
from harness.metrics.registry import known_keys, metric_keys

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_CONSTRAINT = re.compile(
    rf"\s*(?P<metric>\w+)\s*(?:<=|>=)\s*(?:{_NUMBER}|(?P<path>[a-z]\w*\.\w+))"
    rf"(?:\s+[+-]\s*{_NUMBER})?\s*"
)


def check_declared(space: SearchSpace, trials: Sequence[TrialConfig]) -> None:
    """Refuse a baseline that is not swept, and a constraint that nothing could meet or break.

    Raises:
        UserError: names the key, and the nearest one that is known.
    """
    swept = {*space.sweep, *(key for more in space.each.values() for key in more)}
    for key in space.baseline_at(trials[0].scale.name):
        if key not in swept:
            raise UserError(
                f"baseline of the search space '{space.name}': it does not sweep '{key}'."
                f"{did_you_mean(key, swept)} Swept: {', '.join(sorted(swept))}."
            )
    for text in space.constraints:
        _check_constraint(text, f"constraints of the search space '{space.name}'", trials)


def _check_constraint(text: str, where: str, trials: Sequence[TrialConfig]) -> None:
    found = _CONSTRAINT.fullmatch(text)
    if not found:
        raise UserError(
            f"{where}: cannot read '{text}'. Write a metric, <= or >=, a number or a "
            "hyperparameter, and after + or - how far off still counts: "
            "'i_t_prime <= method.epsilon + 0.02'."
        )
    metric = found["metric"]
    asked = {name: None for trial in trials for name in trial.metrics}
    if metric not in metric_keys(asked) and metric not in (known := known_keys()):
        raise UserError(f"{where}: there is no metric '{metric}'.{did_you_mean(metric, known)}")
    paths = {path for trial in trials for path in trial.params()} if found["path"] else set()
    if found["path"] and found["path"] not in paths:
        raise UserError(
            f"{where}: no trial has '{found['path']}'.{did_you_mean(found['path'], paths)}"
        )
