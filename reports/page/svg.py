"""A matplotlib figure as inline SVG: text as paths, colours of the page's style sheet, tooltips."""

import io
import re
import zlib
from collections.abc import Sequence
from itertools import chain

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.text import Text
from matplotlib.ticker import (
    Formatter,
    FuncFormatter,
    LogFormatter,
    NullFormatter,
    ScalarFormatter,
)

from reports.page.shorter_svg import shorter

INK, LINE, GRID, PAPER = "#1b1b1b", "#444444", "#e4e4e4", "#ffffff"
"""Colours of text, axes, grid and ground; like black they follow the page's style sheet."""
ON_DARK, ON_BRIGHT = "#fefefe", "#1c1c1c"
"""Colours of text on a coloured ground, which no style sheet changes."""
THEME = {INK: "ink", LINE: "line", GRID: "grid", PAPER: "paper", "#000000": "black"}
"""The variable of ``style.css`` that stands for a colour."""

_RAISED_DIGITS = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISED = str.maketrans(_RAISED_DIGITS, "-0123456789")
_TOLD, _NEXT = "tooltips:", "\u2063"
_ARTIST = rf'^( *)<g id="{_TOLD}([^"]*)">\n(.*?)^\1</g>'
"""One artist with tooltips: what it consists of is indented further than its ends."""


def tell(artist: Artist, titles: Sequence[str]) -> None:
    """Give an artist tooltips: one for each of its markers in their order, or one for its line.

    They wait in its id until :func:`to_svg` puts them where a browser shows them. An artist with
    markers must hold finite points alone: matplotlib leaves out the others.
    """
    if titles:
        artist.set_gid(_TOLD + _NEXT.join(titles))


def typeset(text: str) -> str:
    """Return text with raised digits as mathtext, which the figures' typeface lacks as letters.

    A dollar sign stays one: what users have named is not parsed.
    """
    return re.sub(
        rf"[{_RAISED_DIGITS}]+",
        lambda found: rf"$^{{\mathregular{{{found[0].translate(_RAISED)}}}}}$",
        text.replace("$", r"\$"),
    )


def to_svg(canvas: Canvas, name: str) -> str:
    """Render a figure as an ``<svg>`` element that scales to its container.

    Args:
        canvas: the matplotlib figure.
        name: prefix of every id within, as several drawings share one page.
    """
    name = _as_id(name)
    svg = _drawn(canvas)
    svg = svg[svg.index("<svg") :].rstrip()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<image\b[^>]*?) id="[^"]*"', r"\1", svg)  # a hash: equal images share it
    svg = re.sub(_ARTIST, _with_tooltips, svg, flags=re.DOTALL | re.MULTILINE)
    svg = re.sub(rf' id="{_TOLD}[^"]*"', "", svg)  # of what lies outside and was not drawn
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r' xmlns(:xlink)?="[^"]*"', "", svg)
    svg = re.sub(r' (width|height)="[\d.]+pt"', "", svg, count=2)
    for colour, variable in THEME.items():
        svg = re.sub(rf"((?:fill|stroke): ){colour}\b", rf"\1var(--{variable}, {colour})", svg)
    return shorter(svg)


def _drawn(canvas: Canvas) -> str:
    """Lay a figure out and draw it, once: ``savefig`` draws one with a layout twice."""
    _typeset_all(canvas)
    backend = FigureCanvasSVG(canvas)
    pictures_dpi, canvas.dpi = canvas.dpi, backend.fixed_dpi
    buffer = io.StringIO()
    with mpl.rc_context({"text.parse_math": True}):  # ticks are written as they are drawn
        if layout := canvas.get_layout_engine():
            layout.execute(canvas)
            canvas.set_layout_engine("none")
        canvas.dpi = pictures_dpi  # the backend draws all else at its own
        told = {"Date": None, "Creator": None}
        backend.print_svg(buffer, metadata=told)  # type: ignore[no-untyped-call]
    return buffer.getvalue()


def _as_id(name: str) -> str:
    """Return a name that may hold anything, such as a dataset's, as part of an id in quotes."""
    plain = re.sub(r"[^\w.-]", "_", name)
    return plain if plain == name else f"{plain}-{zlib.crc32(name.encode()):08x}"


def _typeset_all(canvas: Canvas) -> None:
    """Typeset what was written, and the names of ticks, which are written as they are drawn."""
    for text in canvas.findobj(Text):
        assert isinstance(text, Text)
        if not text.get_parse_math() and set(text.get_text()) & set(_RAISED_DIGITS):
            text.set_text(typeset(text.get_text()))
            text.set_parse_math(True)
        text.set_linespacing(0.95)  # the typeface asks for much room between lines
    for axis in chain.from_iterable((axes.xaxis, axes.yaxis) for axes in canvas.axes):
        axis.set_major_formatter(_typesetting(axis.get_major_formatter()))
        axis.set_minor_formatter(_typesetting(axis.get_minor_formatter()))
        axis.get_offset_text().set_parse_math(True)
        for tick in (*axis.majorTicks, *axis.minorTicks):
            tick.label1.set_parse_math(True)
            tick.label2.set_parse_math(True)


def _typesetting(formatter: Formatter) -> Formatter:
    """Return what typesets the names that a formatter gives to ticks; matplotlib's own numbers are.

    Axes that share ticks share their formatter, so that it may be one already.
    """
    if isinstance(formatter, ScalarFormatter | LogFormatter | NullFormatter | _Typesetting):
        return formatter
    return _Typesetting(formatter)


class _Typesetting(FuncFormatter):
    def __init__(self, formatter: Formatter) -> None:
        super().__init__(lambda place, index: typeset(formatter(place, index)))


def _with_tooltips(found: re.Match[str]) -> str:
    """Put a title into each marker, or into the whole artist where it has but one."""
    indent, told, inner = found.groups()
    titles = [f"<title>{title}</title>" for title in told.split(_NEXT)]
    n = inner.count("<use ")
    if n and n == len(titles):
        each = iter(titles)
        inner = re.sub(r"(<use [^>]*)/>", lambda use: f"{use[1]}>{next(each)}</use>", inner)
    elif len(titles) == 1:
        inner = f"{titles[0]}\n{inner}"
    return f"{indent}<g>\n{inner}{indent}</g>"
