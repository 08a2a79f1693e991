"""Metrics of codes and known factors: each asks a function of ``harness.metrics.disentanglement``."""
