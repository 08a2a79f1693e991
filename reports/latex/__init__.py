"""Results as tables for a paper, in LaTeX with the package booktabs."""
