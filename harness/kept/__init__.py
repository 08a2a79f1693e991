"""Trained methods that were kept: which of a sweep, and what they are used for again."""
