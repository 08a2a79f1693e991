"""Plain tables for the terminal, and what the targets make of the measurements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """One line of the summary.

    Attributes:
        what: what was measured, against what.
        value: the measurement.
        unit: its unit; ``x`` for a ratio.
        target: the largest value that is good enough; None where there is nothing to meet.
    """

    what: str
    value: float
    unit: str
    target: float | None = None

    @property
    def verdict(self) -> str:
        """Say whether the target is met."""
        if self.target is None:
            return "-"
        return "met" if self.value <= self.target else "NOT met"


def print_table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows below a title: the first column to the left, numbers to the right."""
    lines = [header, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    print(f"\n{title}")
    for line in lines:
        first, *others = (
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        print("  " + "  ".join([first, *others]).rstrip())


def print_summary(measured: Iterable[Measured]) -> None:
    """Print every measurement beside its target."""
    print_table(
        "Summary",
        ("what", "measured", "target", ""),
        [
            (m.what, _number(m.value, m.unit), _at_most(m.target, m.unit), m.verdict)
            for m in measured
        ],
    )


def _number(value: float, unit: str) -> str:
    return f"{value:.3f} {unit}" if unit in ("x", "s") else f"{value:.1f} {unit}"


def _at_most(target: float | None, unit: str) -> str:
    return "-" if target is None else f"<= {target:g} {unit}"
