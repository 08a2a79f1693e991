"""Metrics of codes and known factors; :mod:`harness.metrics.disentanglement` computes them."""
