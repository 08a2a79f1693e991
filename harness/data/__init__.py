"""Datasets in memory: options, cache, batches and pairs; :mod:`harness.datasets` has each one."""
