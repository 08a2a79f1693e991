"""Sections that several kinds of report have."""
