"""The trials of one or several run directories as a leaderboard: entries, datasets, metrics."""

from reports.layout.board.board import GUESSES, REFERENCES, Board, Entry
from reports.layout.board.reading import make_board, read_board, read_runs

__all__ = ["GUESSES", "REFERENCES", "Board", "Entry", "make_board", "read_board", "read_runs"]
