"""The page of a large leaderboard: drawing it, its size, and sorting one of its tables."""

import tempfile
import time
from pathlib import Path

from benchmarks.tables import Measured, print_table
from reports.layout.board import make_board
from reports.leaderboard.report import page
from reports.page.page import render
from tests.reports.helpers import browser
from tests.reports.helpers.leaderboards import SUPERVISION, leaderboard, supervision

ACTING = Path(__file__).parents[1] / "tests" / "reports" / "helpers" / "acting.js"


def measure(quick: bool) -> list[Measured]:
    """Print seconds, size and milliseconds of 15 methods × 4 datasets × 10 seeds × 25 metrics."""
    datasets = ("mannequin", "dsprites", "mnist", "sprites")[: 2 if quick else 4]
    made = leaderboard(tuple(SUPERVISION), datasets, seeds=10, n_metrics=25, tuned=False)
    start = time.perf_counter()
    html = render(page(make_board([made], supervision), [made]))
    seconds, size = time.perf_counter() - start, len(html.encode()) / 1e6
    sorting = _milliseconds(html)
    name = f"15 methods, {len(datasets)} datasets, 10 seeds, 25 metrics"
    print_table(
        f"j. A leaderboard of {name}, without pictures",
        ("", "measured"),
        [
            ("drawing it", f"{seconds:.1f} s"),
            ("its size", f"{size:.2f} MB"),
            ("sorting a table of all metrics' columns, in Chromium", f"{sorting:.0f} ms"),
        ],
    )
    return [
        Measured(f"j. leaderboard, {name}: size", size, "MB", 5.0),
        Measured("j. leaderboard: sorting a table", sorting, "ms", 200.0),
    ]


def _milliseconds(html: str) -> float:
    """Return what one click on a column's head takes, layout included; NaN without a browser."""
    if not browser.CHROMIUM:
        return float("nan")
    with tempfile.TemporaryDirectory(prefix="unbraid-bench-") as folder:
        acting = browser.with_script(html, ACTING.read_text(encoding="utf-8"), "acting")
        (Path(folder) / "board.html").write_text(acting, encoding="utf-8")
        (said,) = browser.said_in_frames(Path(folder), [("board.html", 1200)])
    return float(said["said"]["milliseconds"])
