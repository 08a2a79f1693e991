"""Metrics of people's poses: errors of joints in space and in the image."""
