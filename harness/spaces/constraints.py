"""Constraints on metrics: one grammar for search spaces, searches and reports."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from harness.errors import UserError

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_TEXT = re.compile(
    rf"\s*(?P<metric>\w+)\s*(?P<sign><=|>=)\s*(?:(?P<number>{_NUMBER})|(?P<path>[a-z]\w*\.\w+))"
    rf"(?:\s+(?P<way>[+-])\s*(?P<tolerance>{_NUMBER}))?\s*"
)

GRAMMAR = (
    "Write a metric, <= or >=, a finite number or a hyperparameter, and after + (of <=) or - (of "
    ">=) what is tolerated beyond the bound: 'mse <= 0.05', 'i_t_prime <= method.epsilon + 0.02'."
)
"""What a constraint looks like, for messages."""


@dataclass(frozen=True)
class Constraint:
    """A bound on a metric: ``mse <= 0.05``, ``i_t_prime <= method.epsilon + 0.02``.

    Attributes:
        metric: key of the metric.
        sign: whether it is to be at most or at least the bound.
        bound: the number; NaN where it is the value of a hyperparameter.
        path: configuration path of that hyperparameter; "" for a number.
        tolerance: how far beyond the bound a value may be, 0 or more.
    """

    metric: str
    sign: Literal["<=", ">="]
    bound: float
    path: str = ""
    tolerance: float = 0.0

    def __str__(self) -> str:
        tolerance = f" {'+' if self.sign == '<=' else '-'} {_written(self.tolerance)}"
        bound = self.path or _written(self.bound)
        return f"{self.metric} {self.sign} {bound}{tolerance if self.tolerance else ''}"

    @property
    def outward(self) -> int:
        """1 if values above the bound break it, -1 if values below do."""
        return 1 if self.sign == "<=" else -1

    def bound_for(self, value_at: Callable[[str], Any]) -> float:
        """Return the bound of one configuration, NaN where its hyperparameter is no number.

        Args:
            value_at: returns the value at a configuration path.
        """
        value = value_at(self.path) if self.path else self.bound
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if is_number else math.nan

    def excess(self, value: float, value_at: Callable[[str], Any]) -> float:
        """Return by how much a value breaks the constraint; 0 or less where it keeps it.

        Args:
            value: of the metric.
            value_at: as for :meth:`bound_for`.
        """
        return self.outward * (value - self.bound_for(value_at)) - self.tolerance


def _written(number: float) -> str:
    """Return a number as a text that reads as the same number, short where that is enough."""
    short = f"{number:g}"
    return short if float(short) == number else repr(number)


def parse_constraint(text: str, where: str) -> Constraint:
    """Read a constraint.

    Args:
        text: the constraint.
        where: what it stands in, for messages: ``search.constraints``.

    Raises:
        UserError: the text is none, its number is not finite, or its tolerance narrows the bound.
    """
    parts = _TEXT.fullmatch(text)
    if not parts:
        raise UserError(f"{where}: cannot read '{text}'. {GRAMMAR}")
    sign: Literal["<=", ">="] = "<=" if parts["sign"] == "<=" else ">="
    bound = math.nan if parts["path"] else float(parts["number"])
    tolerance = float(parts["tolerance"] or 0)
    if math.isinf(bound) or not 0 <= tolerance < math.inf:
        raise UserError(f"{where}: cannot read '{text}'. {GRAMMAR}")
    if parts["way"] and (parts["way"] == "+") != (sign == "<="):
        raise UserError(f"{where}: '{text}': a tolerance widens the bound: + after <=, - after >=.")
    return Constraint(parts["metric"], sign, bound, parts["path"] or "", tolerance)
