"""Datasets: real files where there are any, procedural images with known factors beside them."""
