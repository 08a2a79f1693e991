"""Comparisons of groups of trials, and trends along a factor."""
