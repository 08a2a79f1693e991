"""Reports: a run directory's results as one self-contained HTML file each."""

from collections.abc import Callable, Mapping
from pathlib import Path

from harness.errors import UserError
from harness.plugins import Plugins
from harness.results import Results
from reports.kinds.default import LEADERBOARD, default_kind
from reports.kinds.shared.by_dataset import datasets_of, page_by_dataset
from reports.kinds.shared.stage import of_stage
from reports.layout.merged import merge
from reports.page.page import Page, write

__all__ = ["KINDS", "LEADERBOARD", "build", "default_kind", "merge"]

KIND_PATHS: Mapping[str, str] = {
    "ablation": "reports.kinds.ablation.report.page",
    "comparison": "reports.kinds.comparison.page",
    "differences": "reports.kinds.differences.report.page",
    "stability": "reports.kinds.stability.page",
    "supervision": "reports.kinds.supervision.report.page",
    "timing": "reports.kinds.timing.page",
    "tuning": "reports.kinds.tuning.report.page",
}
"""Dotted path of each kind of report of this distribution."""

WITHIN_DATASETS = ("ablation", "comparison", "differences", "stability", "supervision", "timing")
"""Kinds that compare groups, which they do within each dataset alone."""

OF_SEVERAL = ("differences",)
"""Kinds that read the trials of several run directories as one; the others draw one."""


def _check(kind: object, path: str) -> Callable[[Results], Page]:
    if not callable(kind):
        raise TypeError(f"'{path}' is not a kind of report: it must take Results and return a Page")
    return kind


KINDS: Plugins[Callable[[Results], Page]] = Plugins(
    "report", "unbraid.reports", KIND_PATHS, _check, "my_report.page"
)
"""Every kind of report: ours, those of other distributions, and any by its dotted path."""


def require_html(out: Path) -> None:
    """Refuse a file whose name promises something else than HTML.

    Raises:
        UserError: with the name that it should have.
    """
    if out.suffix not in ("", ".html", ".htm") and not out.is_dir():
        raise UserError(f"A report is HTML: name {out.with_suffix('.html')} rather than {out}.")


def build(results: Results, kind: str | None, out: Path) -> Path:
    """Write a report.

    Args:
        results: what a run directory holds, complete or not.
        kind: name or dotted path of one of ``KINDS``; None takes the one that follows from what
            was swept (see :mod:`reports.kinds.default`).
        out: the file to write (``.html`` or ``.htm``), or a folder to write ``<kind>.html`` into.

    Returns:
        The file that was written.

    Raises:
        UserError: the kind is unknown or gives no page, or the file cannot be written.
    """
    require_html(out)
    kind_name = kind or default_kind(results.sweep)[0]
    results = of_stage(results, kind_name)
    kind_of_report = KINDS.load(kind_name)
    several = kind_name in WITHIN_DATASETS and len(datasets_of(results)) > 1
    try:
        page = page_by_dataset(kind_of_report, results) if several else kind_of_report(results)
    except (Exception, SystemExit) as error:
        if kind_name in KIND_PATHS:
            raise
        raise UserError(
            f"The report '{kind_name}' failed: {type(error).__name__}: {error}. See where with "
            "unbraid --debug report ..."
        ) from error
    if not isinstance(page, Page):
        raise UserError(
            f"The report '{kind_name}' returned {type(page).__name__}; it must return a "
            "reports.page.page.Page."
        )
    name = str(kind_name).replace(".", "_")
    return write(page, out if out.suffix and not out.is_dir() else out / f"{name}.html")
