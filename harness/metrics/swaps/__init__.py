"""Metrics of images generated from the pose of one image and the appearance of another."""
