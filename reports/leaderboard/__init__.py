"""The leaderboard: every method side by side, on one page; and what changed between two runs."""
