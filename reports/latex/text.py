"""Texts of a report as LaTeX reads them: a ``_`` or ``%`` stays one, and Greek stays Greek."""

from pylatexenc.latexencode import unicode_to_latex

_ARROWS = {"↑": r"$\uparrow$", "↓": r"$\downarrow$"}


def escaped(text: str) -> str:
    """Return a text in LaTeX; signs that LaTeX may not know stay as they are, in UTF-8."""
    return str(unicode_to_latex(" ".join(text.split()), unknown_char_policy="keep"))


def arrow(sign: str) -> str:
    """Return which way is better, as a column's head has it; nothing for no direction."""
    return _ARROWS.get(sign, "")
