"""Drawings in fewer words: letters that drawings share, rounded paths, pictures as WebP."""

import base64
import io
import re
from collections.abc import Sequence

from PIL import Image

_GLYPH = r'<path id="([^"]*?)-((?:STIX|DejaVu)[^"]*)"([^>]*)/>'
"""The outline of a letter in a drawing: the drawing's name, the letter's, and the outline."""


def share_glyphs(svgs: Sequence[str]) -> tuple[str, list[str]]:
    """Take the letters that drawings of one page have in common out of them.

    Every drawing has the outlines of its letters, which are half of a small one.

    Returns:
        the outlines, for an ``<svg>`` that stands before the drawings; and the drawings, which
        refer to them.
    """
    names: dict[tuple[str, str], str] = {}

    def without(svg: str) -> str:
        own: dict[str, str] = {}
        for drawing, letter, outline in re.findall(_GLYPH, svg):
            name = names.setdefault((letter, outline), f"g{len(names)}")  # it occurs very often
            own[f"{drawing}-{letter}"] = name
        return re.sub(
            r'xlink:href="#([^"]+)"(?: transform="translate\(([^ ]+) 0\)")?',
            lambda use: _letter(own[use[1]], use[2]) if use[1] in own else use[0],
            re.sub(_GLYPH, "", svg).replace("<defs></defs>", ""),
        )

    drawings = [without(svg) for svg in svgs]
    outlines = (f'<path id="{name}"{outline}/>' for (_, outline), name in names.items())
    return "".join(outlines), drawings


def _letter(name: str, x: str | None) -> str:
    """Return the attributes of a ``<use>`` of a letter, in few words: a page has many thousands."""
    return f'href="#{name}" x="{x}"' if x else f'href="#{name}"'


def shorter(svg: str) -> str:
    """Return a drawing without what a browser does not need: it is half of one with many points.

    Paths and places are kept to a hundredth of a point, of which matplotlib writes millionths.
    """
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r">\s+<", "><", svg)
    svg = re.sub(
        r"data:image/png;base64,([^\"]*)",
        lambda found: f"data:image/webp;base64,{_smaller(found[1])}",
        svg,
    )
    svg = re.sub(r"(?<=<use )[^>]*", lambda found: _rounded(found[0]), svg)
    return re.sub(r'(?<= d=")[^"]*', lambda found: _short_path(found[0]), svg)


def _short_path(path: str) -> str:
    path = re.sub(r" ?([A-Zz]) ?", r"\1", _rounded(path))
    path = re.sub(r"M(\S+) (\S+)L\1 (-?[\d.]+)(?=[MLz]|$)", r"M\1 \2V\3", path)
    return re.sub(r"M(\S+) ([^\sA-Za-z]+)L(\S+) \2(?=[MLz]|$)", r"M\1 \2H\3", path)


def _rounded(text: str) -> str:
    return re.sub(r"(\.\d\d)\d+", r"\1", re.sub(r"\s*\n\s*", " ", text)).strip()


def _smaller(encoded: str) -> str:
    """Return a PNG as WebP without loss, which takes a third less."""
    buffer = io.BytesIO()
    picture = Image.open(io.BytesIO(base64.b64decode(encoded)))
    picture.save(buffer, "WEBP", lossless=True, exact=True)
    return base64.b64encode(buffer.getvalue()).decode()
