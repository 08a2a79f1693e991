"""Metrics of trained methods, one file each; :mod:`harness.metrics.registry` names them."""
