"""A part of a published statement that can be tested."""

from dataclasses import dataclass

from reports.stats.estimates import Difference


@dataclass(frozen=True)
class Comparison:
    """One testable part of a statement: a difference that is positive where the part is true.

    Attributes:
        in_words: what it says, in words.
        difference: that number's mean over seeds, or over series of trials.
        numbers: what decides, in words, without the p-value.
        adjusted: its p-value as the page has it elsewhere; None where it is adjusted within the
            statement.
        adjustment: how the p-value is adjusted, as it stands before it.
    """

    in_words: str
    difference: Difference
    numbers: str
    adjusted: float | None = None
    adjustment: str = "Holm "
