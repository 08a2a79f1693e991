"""Metrics of sketches: errors of distance maps and of the strokes that they show."""
