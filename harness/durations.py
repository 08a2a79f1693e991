"""Durations and counts in words, the same on the command line and in reports."""

import math


def duration(seconds: float) -> str:
    """Return seconds as ``4.21 s``, ``12 s``, ``3:07 min`` or ``2:05 h``; ``–`` for NaN."""
    if math.isnan(seconds):
        return "–"
    if seconds < 9.995:
        return f"{seconds:.3g} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d} min"
    return f"{whole // 3600}:{whole % 3600 // 60:02d} h"


def count(n: int, noun: str, plural: str = "") -> str:
    """Return ``1 trial``, ``12 trials``, ``10,000 trials``."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"
