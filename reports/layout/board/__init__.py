"""The trials of one or several run directories as a leaderboard: entries, datasets, metrics."""

from reports.layout.board.board import Board, Entry
from reports.layout.board.reading import make_board, read_board, read_runs

__all__ = ["Board", "Entry", "make_board", "read_board", "read_runs"]
