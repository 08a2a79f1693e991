"""What the drawings of one page have in common, written once: letters, words, looks and names."""

import re
from collections import Counter
from collections.abc import Sequence

_GLYPH = r'<path id="([^"]*?)-((?:STIX|DejaVu)[^"]*)"([^>]*)/>'
"""The outline of a letter in a drawing: the drawing's name, the letter's, and the outline."""
_WORD = r'(?:<use href="#g\d+"(?: x="[^"]*")?/>){2,}'
"""Letters that follow each other."""
_STRAIGHT = r' d="([MLHVz\d. -]+)"'
"""A path without curves."""
_REFERENCE = r'(?:href="#|url\(#)([^")]+)'


def share(svgs: Sequence[str]) -> tuple[str, list[str]]:
    """Take what drawings of one page have in common out of them: two thirds of a small one.

    Returns:
        outlines and styles, for an ``<svg>`` that stands before the drawings; and the drawings,
        which refer to them.
    """
    letters, drawings = _share_letters(svgs)
    words, drawings = _share_words(drawings)
    names: dict[str, str] = {}
    drawings = [_without_idle_groups(_with_short_ids(svg, names)) for svg in drawings]
    drawings = [re.sub(_STRAIGHT, lambda d: f' d="{relative(d[1])}"', svg) for svg in drawings]
    styles, drawings = _share_styles(drawings)
    return styles + letters + words, drawings


def _share_letters(svgs: Sequence[str]) -> tuple[str, list[str]]:
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


def _share_words(svgs: Sequence[str]) -> tuple[str, list[str]]:
    """Share what is written more than once: the names of methods stand in most drawings."""
    counts = Counter(word for svg in svgs for word in re.findall(_WORD, svg))
    often = [word for word, n in counts.items() if n > 1]
    names = {word: f"w{place}" for place, word in enumerate(often)}
    shared = "".join(f'<g id="{name}">{word}</g>' for word, name in names.items())

    def named(found: re.Match[str]) -> str:
        return f'<use href="#{names[found[0]]}"/>' if found[0] in names else found[0]

    return shared, [re.sub(_WORD, named, svg) for svg in svgs]


def _with_short_ids(svg: str, names: dict[str, str]) -> str:
    """Drop the ids that nothing in a drawing refers to, and shorten those of its own that stay."""
    used = set(re.findall(_REFERENCE, svg))
    own = {found for found in re.findall(r' id="([^"]+)"', svg) if found in used}
    for each in re.findall(r' id="([^"]+)"', svg):
        if each in own:
            names.setdefault(each, f"i{len(names)}")
    svg = re.sub(
        r' id="([^"]+)"', lambda found: f' id="{names[found[1]]}"' if found[1] in own else "", svg
    )
    svg = re.sub(
        _REFERENCE, lambda at: at[0].replace(at[1], names[at[1]]) if at[1] in own else at[0], svg
    )
    return svg.replace("xlink:href=", "href=")


def _without_idle_groups(svg: str) -> str:
    """Take away groups that neither style nor place what they hold, nor give it a tooltip."""
    idle: list[bool] = []

    def kept(found: re.Match[str]) -> str:
        if found[0] == "</g>":
            return "" if idle.pop() else found[0]
        if found[0].endswith("/>"):
            return found[0]
        idle.append(found[0] == "<g>" and not svg.startswith("<title>", found.end()))
        return "" if idle[-1] else found[0]

    return re.sub(r"<g\b[^>]*>|</g>", kept, svg)


def _share_styles(svgs: Sequence[str]) -> tuple[str, list[str]]:
    """Name the looks of marks: a page has thousands of marks and some dozens of looks."""
    names: dict[str, str] = {}
    common: dict[str, None] = {}

    def without(svg: str) -> str:
        for rule in re.findall(r"<style[^>]*>(.*?)</style>", svg):
            common[rule] = None
        svg = re.sub(r"<style[^>]*>.*?</style>", "", svg).replace("<defs></defs>", "")
        return re.sub(
            r' style="([^"]*)"',
            lambda look: f' class="{names.setdefault(look[1], f"look{len(names)}")}"',
            svg,
        )

    drawings = [without(svg) for svg in svgs]
    rules = [*common, *(f".{name}{{{look}}}" for look, name in names.items())]
    return f"<style>{''.join(rules)}</style>" if rules else "", drawings


def relative(path: str) -> str:
    """Return a path of straight lines, in hundredths of a point, by steps: they are short."""
    words, at, begun, before = [""], (0, 0), (0, 0), ""
    for command, written in re.findall(r"([MLHVz])([^MLHVz]*)", path):
        numbers = [round(100 * float(number)) for number in written.split()]
        if command == "z":
            words.append("z")
            at, before = begun, "z"
            continue
        x, y = {"H": [*numbers, at[1]], "V": [at[0], *numbers]}.get(command, numbers)
        step = x - at[0], y - at[1]
        straight = {"v": step[1:], "h": step[:1]}
        name = "m" if command == "M" else "h" if not step[1] else "v" if not step[0] else "l"
        parts = [_hundredths(n) for n in straight.get(name, step)]
        said = "".join(each if each[0] == "-" else f" {each}" for each in parts)
        words.append(said if name == before != "m" else name + said.lstrip())
        at, before = (x, y), name
        begun = at if name == "m" else begun
    return "".join(words)


def _hundredths(n: int) -> str:
    """Return so many hundredths in few letters: ``-.5``."""
    return re.sub(
        r"^(-?)0\.", r"\1.", f"{n / 100:.2f}".rstrip("0").rstrip(".") if n % 100 else str(n // 100)
    )
