"""Metrics of the likelihood of the test images and of its terms."""
