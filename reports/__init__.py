"""Reports: a run directory's results as one self-contained HTML file each."""

from collections.abc import Callable
from pathlib import Path

from harness.errors import UserError, did_you_mean
from harness.results import Results
from reports.kinds import comparison, stability, timing
from reports.kinds.ablation import report as ablation
from reports.kinds.tuning import report as tuning
from reports.page.page import Page, render

__all__ = ["KINDS", "build"]

KINDS: dict[str, Callable[[Results], Page]] = {
    "ablation": ablation.page,
    "comparison": comparison.page,
    "stability": stability.page,
    "timing": timing.page,
    "tuning": tuning.page,
}
"""Every kind of report, by the name it has on the command line."""


def build(results: Results, kind: str | None, out: Path) -> Path:
    """Write a report.

    Args:
        results: what a run directory holds, complete or not.
        kind: one of ``KINDS``; None takes the kind that the sweep names.
        out: the file to write (``.html`` or ``.htm``), or a folder to write ``<kind>.html`` into.

    Returns:
        The file that was written.

    Raises:
        UserError: the kind is unknown, or the file cannot be written.
    """
    if out.suffix not in ("", ".html", ".htm") and not out.is_dir():
        raise UserError(f"A report is HTML: name {out.with_suffix('.html')} rather than {out}.")
    chosen = kind or results.sweep.get("report")
    if chosen not in KINDS:
        mistake = f"There is no report '{chosen}'." if chosen else "This sweep names no report."
        hint = did_you_mean(str(chosen), KINDS)
        raise UserError(f"{mistake}{hint} Reports: {', '.join(sorted(KINDS))}.")
    html = render(KINDS[chosen](results))
    path = out if out.suffix and not out.is_dir() else out / f"{chosen}.html"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html, encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"The report cannot be written to {path}: {error.strerror}. Name another file with "
            "--out FILE."
        ) from error
    return path
