"""The figures of a leaderboard, which take their numbers from its standings."""
