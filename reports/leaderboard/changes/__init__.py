"""What changed between two runs: the comparison, and its page."""
