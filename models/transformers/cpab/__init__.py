"""Continuous piecewise-affine (CPAB) transformations, integrated exactly."""
