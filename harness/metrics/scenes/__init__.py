"""Metrics of structure from motion: errors of depth, of the camera's motion, and of flow."""
