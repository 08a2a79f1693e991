"""Drawings in fewer words: rounded paths and places, pictures as WebP."""

import base64
import io
import re

from PIL import Image

LARGE = 6_000
"""Pictures of more bytes than this are kept with a small loss: a page of fifteen methods holds a
hundred. The arrays themselves are in the run directory (``artifacts``)."""
QUALITY = 75
"""Of such a picture as WebP: pixels of drawn figures are off by 4 of 255 (root mean square)."""
OPAQUE = 255


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
    svg = re.sub(r'(?<= transform=")translate[^)]*', lambda found: _rounded(found[0]), svg)
    return re.sub(r'(?<= d=")[^"]*', lambda found: _short_path(found[0]), svg)


def _short_path(path: str) -> str:
    path = re.sub(r" ?([A-Zz]) ?", r"\1", _rounded(path))
    path = re.sub(r"M(\S+) (\S+)L\1 (-?[\d.]+)(?=[MLz]|$)", r"M\1 \2V\3", path)
    return re.sub(r"M(\S+) ([^\sA-Za-z]+)L(\S+) \2(?=[MLz]|$)", r"M\1 \2H\3", path)


def _rounded(text: str) -> str:
    return re.sub(r"(\.\d\d)\d+", r"\1", re.sub(r"\s*\n\s*", " ", text)).strip()


def _smaller(encoded: str) -> str:
    """Return a PNG as WebP: without loss, which takes a third less, unless that is a large file."""
    picture = Image.open(io.BytesIO(base64.b64decode(encoded)))
    exact = _webp(picture, lossless=True, exact=True)
    if len(exact) > LARGE and min(picture.convert("RGBA").getchannel("A").tobytes()) == OPAQUE:
        exact = min(exact, _webp(picture.convert("RGB"), quality=QUALITY, method=6), key=len)
    return base64.b64encode(exact).decode()


def _webp(picture: Image.Image, **options: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", **options)
    return buffer.getvalue()
