"""Command-line overrides in Hydra's grammar, sorted into choices, values and sweeps."""

import contextlib
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from harness.config.hydra_private import plain_value
from harness.errors import UserError
from harness.spaces.axes import Interval

TRIAL_GROUPS = ("method", "dataset", "scale")
"""Configuration groups that make a trial; they, and what is below them, can be swept."""

GROUPS = (*TRIAL_GROUPS, "search", "scheduler", "ray")
"""Configuration groups; ``space`` is the seventh and expands into overrides of these."""


@dataclass
class Overrides:
    """What was asked for, later entries over earlier ones.

    Attributes:
        fixed: value by configuration path, or chosen option by group.
        swept: list of values by configuration path or group, in the order of the plan.
        intervals: all numbers between two, by configuration path; only a search can sweep these.
    """

    fixed: dict[str, Any] = field(default_factory=dict)
    swept: dict[str, list[Any]] = field(default_factory=dict)
    intervals: dict[str, Interval] = field(default_factory=dict)

    def add(self, override: Override) -> None:
        """Add one parsed override; it replaces an earlier one of the same key.

        Raises:
            UserError: a sweep without a value, an impossible interval, a list for a name.
        """
        key = override.key_or_group
        if key in ("method._target_", "dataset._target_"):  # one from outside, by its dotted path
            key = key.removesuffix("._target_")
        self.drop([key])
        if override.is_interval_sweep():
            self.intervals[key] = _interval(override)
        elif override.is_sweep_override():
            self.swept[key] = _listed(override)
        else:
            value = override.value()
            if key in GROUPS and isinstance(value, list):
                names = ",".join(map(str, value))
                raise UserError(
                    f"{override.input_line}: a list is no name. To sweep several, write "
                    f"'{key}=choice({names})'."
                )
            self.fixed[key] = value

    def choose(self, key: str, value: Any) -> None:
        """Fix a swept key at one value."""
        self.drop([key])
        self.fixed[key] = value

    def with_choice(self, key: str, value: Any) -> "Overrides":
        """Return these overrides with a swept key fixed at one value."""
        copy = Overrides(dict(self.fixed), dict(self.swept), dict(self.intervals))
        copy.choose(key, value)
        return copy

    @property
    def paths(self) -> list[str]:
        """Every key that has a value or a sweep."""
        return [*self.fixed, *self.swept, *self.intervals]

    def drop(self, keys: Iterable[str]) -> None:
        """Forget these keys."""
        for key in keys:
            for kind in (self.fixed, self.swept, self.intervals):
                kind.pop(key, None)

    def require_lists(self) -> None:
        """Refuse intervals, where every value is to be tried.

        Raises:
            UserError: there is one.
        """
        for key, interval in self.intervals.items():
            raise UserError(
                f"{key}={interval}: a grid needs a finite list of values; write "
                f"{key}=choice(1e-4,1e-3) or {key}=range(1,5), or let search=optuna trials=40 "
                "choose from the interval."
            )

    def combinations(self, keys: Iterable[str]) -> list[dict[str, Any]]:
        """Return every combination of the swept values of ``keys``, the last varying fastest."""
        keys = list(keys)
        return [
            dict(zip(keys, values, strict=True))
            for values in itertools.product(*(self.swept[key] for key in keys))
        ]


_ADDRESS = re.compile(r"^(\w+=)(\w+://[^'\"]*)$")
"""``run_dir=s3://bucket/run?scheme=http``: an address, whose ? and = Hydra would read otherwise."""


def parse(arguments: Iterable[str]) -> list[Override]:
    """Parse ``key=value`` arguments.

    Raises:
        UserError: an argument that is not in the grammar, or adds or deletes a key.
    """
    parser = OverridesParser.create()
    parsed = []
    for argument in arguments:
        try:
            override = parser.parse_override(_ADDRESS.sub(r"\1'\2'", argument))
        except HydraException:
            raise UserError(
                f"Cannot read '{argument}'. Write key=value, for example method.lr=1e-3 or "
                "method.lr=choice(1e-4,1e-3); quote brackets for the shell, and other signs once "
                "more, as in \"data_root='~/data'\"."
            ) from None
        if override.is_delete() or override.is_add() or override.package:
            raise UserError(f"'{argument}': every key exists already; write it without + ~ or @.")
        parsed.append(override)
    return parsed


def _listed(override: Override) -> list[Any]:
    values: list[Any] = []
    with contextlib.suppress(HydraException, ValueError):  # an interval or glob; a step of zero
        values = list(override.sweep_iterator(transformer=plain_value))
    if not values:
        key = override.key_or_group
        raise UserError(
            f"{override.input_line}: a grid needs a finite list of values; "
            f"write {key}=choice(1e-4,1e-3) or {key}=range(1,5)."
        )
    return values


def _interval(override: Override) -> Interval:
    sweep: Any = override.value()
    log = "log" in sweep.tags
    problem = ""
    if sweep.tags - {"log"}:
        problem = f"there is no tag '{min(sweep.tags - {'log'})}', only log"
    elif not sweep.start < sweep.end:
        problem = "the second number must be larger than the first"
    elif log and sweep.start <= 0:
        problem = "a logarithmic interval starts above 0"
    if problem:
        raise UserError(f"{override.input_line}: {problem}.")
    return Interval(sweep.start, sweep.end, log)
