"""Verdicts: what a test says of a statement or of a constraint, in one set of words and marks."""

from typing import Literal

from markupsafe import Markup

Verdict = Literal["holds", "does not hold", "undecided"]
"""``undecided`` where neither the statement nor its opposite is shown."""

VERDICTS: tuple[Verdict, ...] = ("holds", "does not hold", "undecided")

COLOURS: dict[Verdict, str] = {
    "holds": "#00694b",
    "does not hold": "#b3261e",
    "undecided": "#6a5500",
}
"""The same as in ``style.css``."""

_SIGNS: dict[Verdict, str] = {"holds": "✓", "does not hold": "✗", "undecided": "?"}
_CLASSES: dict[Verdict, str] = {"holds": "holds", "does not hold": "fails", "undecided": "open"}


def mark(verdict: Verdict) -> Markup:
    """Return a verdict as a table shows it: ``✓ holds``, in its colour."""
    text = f"{_SIGNS[verdict]} {verdict}"
    return Markup('<span class="verdict {}">{}</span>').format(_CLASSES[verdict], text)


def from_sign(sign: int) -> Verdict:
    """Return the verdict of a test: 1 shows the statement, -1 its opposite, 0 neither."""
    return "holds" if sign > 0 else "does not hold" if sign < 0 else "undecided"
