"""Procedural handwritten glyphs."""
