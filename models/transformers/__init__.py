"""Spatial transformers: affine parametrizations and CPAB."""
