"""A report as one self-contained HTML file: sections of prose, figures and tables, numbered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness.errors import UserError
from reports.page.downloads import links
from reports.page.figure import Figure
from reports.page.shared_svg import share
from reports.page.tables import Table, classes
from reports.page.text import count as counted

Part = Markup | Figure | Table
"""What a section is made of; prose is ready HTML."""


@dataclass(frozen=True)
class Section:
    """A part of a report under one heading.

    Attributes:
        title: the heading.
        parts: what stands below it.
        folded: whether only the heading is shown until a reader unfolds it.
        anchor: what links lead to it by; its number if empty.
    """

    title: str
    parts: Sequence[Part]
    folded: bool = False
    anchor: str = ""

    @property
    def holds(self) -> str:
        """What it holds besides prose, for its heading while folded: ``2 figures, 1 table``."""
        kinds = ((Figure, "figure"), (Table, "table"))
        found = [(sum(isinstance(part, kind) for part in self.parts), noun) for kind, noun in kinds]
        return ", ".join(counted(n, noun) for n, noun in found if n)


@dataclass(frozen=True)
class Page:
    """A report.

    Attributes:
        title: its title.
        subtitle: one line below: the paper, the figure.
        header: what was run, as ready HTML.
        sections: the sections, in order.
    """

    title: str
    subtitle: str
    header: Markup
    sections: Sequence[Section]


def render(page: Page) -> str:
    """Return the page as HTML that needs nothing from outside itself."""
    environment = Environment(
        loader=PackageLoader("reports.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page, shared = _with_shared(page)
    figures, tables = count(1), count(1)
    numbers = {
        part.name: next(figures if isinstance(part, Figure) else tables)
        for section in page.sections
        for part in section.parts
        if not isinstance(part, Markup)
    }

    def kind(part: Part) -> str:
        return "prose" if isinstance(part, Markup) else type(part).__name__.lower()

    def source(name: str) -> Markup:
        path = Path(__file__).parent / "templates" / name
        return Markup(path.read_text(encoding="utf-8"))

    environment.globals["classes"] = classes  # macros of an imported template see no others
    template = environment.get_template("page.html.j2")
    return template.render(
        page=page,
        numbers=numbers,
        kind=kind,
        links=links,
        source=source,
        hiding=_hiding(page),
        shared=Markup(shared),
    )


def write(page: Page, path: Path) -> Path:
    """Write a page as an HTML file; return its path.

    Raises:
        UserError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(render(page), encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"The report cannot be written to {path}: {error.strerror}. Name another file with "
            "--out FILE."
        ) from error
    return path


def _with_shared(page: Page) -> tuple[Page, str]:
    """Return the page with drawings that share letters and looks, and what they share."""
    figures = [
        part for section in page.sections for part in section.parts if isinstance(part, Figure)
    ]
    shared, drawings = share([figure.svg for figure in figures])
    drawn = {figure.name: svg for figure, svg in zip(figures, drawings, strict=True)}
    sections = [
        replace(
            section,
            parts=[
                replace(part, svg=drawn[part.name]) if isinstance(part, Figure) else part
                for part in section.parts
            ],
        )
        for section in page.sections
    ]
    return replace(page, sections=sections), shared


def _hiding(page: Page) -> str:
    """Return the style that hides what the choosers of the page's tables do not show at first."""
    tables = [
        part for section in page.sections for part in section.parts if isinstance(part, Table)
    ]
    hidden = sorted({name for table in tables for name in table.hidden})
    return f"{', '.join(f'.{name}' for name in hidden)} {{ display: none }}" if hidden else ""
