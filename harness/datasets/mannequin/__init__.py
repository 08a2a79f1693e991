"""Articulated figures whose appearance, pose, viewpoint, place and size are all known."""
