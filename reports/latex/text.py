"""Texts of a report as LaTeX reads them: a ``_`` or ``%`` stays one, and Greek stays Greek."""

import re

from pylatexenc.latexencode import unicode_to_latex

_POWER = re.compile("([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_ARROWS = {"↑": r"$\uparrow$", "↓": r"$\downarrow$"}


def escaped(text: str) -> str:
    """Return a text in LaTeX; signs that LaTeX may not know stay as they are, in UTF-8."""
    parts = _POWER.split(" ".join(text.split()))
    return "".join(
        f"$^{{{part.translate(_LOWERED)}}}$"
        if place % 2
        else str(unicode_to_latex(part, unknown_char_policy="keep"))
        for place, part in enumerate(parts)
    )


def arrow(sign: str) -> str:
    """Return which way is better, as a column's head has it; nothing for no direction."""
    return _ARROWS.get(sign, "")
