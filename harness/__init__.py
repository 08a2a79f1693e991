"""Unbraid's harness: plans sweeps, runs their trials on Ray, and keeps the results."""

__version__ = "0.1.0"
