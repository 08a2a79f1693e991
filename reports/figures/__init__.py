"""Figures made of numbers."""
