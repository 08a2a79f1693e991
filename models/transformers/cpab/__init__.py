"""Continuous piecewise-affine (CPAB) transformations: flows integrated triangle by triangle."""
