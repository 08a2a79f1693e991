"""Metrics of 3D hand poses and viewpoints (dVAE)."""
