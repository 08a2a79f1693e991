"""The leaderboard: every method side by side, on one page; and what changed between two runs."""

from collections.abc import Sequence
from pathlib import Path

from harness.results import Results
from reports.layout.board import make_board
from reports.layout.board.reading import SupervisionOf
from reports.leaderboard.changes.between import Changes, changes_between
from reports.leaderboard.changes.page import changes_page
from reports.leaderboard.report import page
from reports.page.page import write

__all__ = ["compare", "draw"]


def draw(runs: Sequence[Results], supervision: SupervisionOf, out: Path) -> Path:
    """Write the page of a leaderboard.

    Args:
        runs: what the run directories hold, complete or not.
        supervision: what a method learns from beside images.
        out: the file to write.

    Returns:
        the file.

    Raises:
        UserError: the file cannot be written.
    """
    return write(page(make_board(runs, supervision), runs), out)


def compare(
    before: Results, after: Results, supervision: SupervisionOf, out: Path | None
) -> Changes:
    """Compare two runs, and write the page of what changed where a file is named.

    Raises:
        UserError: the file cannot be written.
    """
    boards = [make_board([run], supervision) for run in (before, after)]
    changes = changes_between(*boards)
    if out is not None:
        notes = _notes_of_both(*(board.notes for board in boards))
        write(changes_page(changes, before.location, after.location, notes), out)
    return changes


def _notes_of_both(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """Return what is said of both runs once, and of the others whose it is, A's or B's."""
    both = [note for note in before if note in after]
    of_each = [
        f"{name}: {note}"
        for name, notes in (("A", before), ("B", after))
        for note in notes
        if note not in both
    ]
    return (*both, *of_each)
