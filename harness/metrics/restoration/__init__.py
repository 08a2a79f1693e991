"""Metrics of restored images: of hidden boxes that are filled in, and of small copies enlarged."""
