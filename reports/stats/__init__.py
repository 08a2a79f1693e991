"""Statistics of few runs: intervals, tests, analysis of variance."""
