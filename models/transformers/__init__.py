"""Spatial transformers: maps of the image plane, affine ones and CPAB."""
