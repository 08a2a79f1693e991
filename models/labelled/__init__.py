"""Methods that learn from an image and its labels, such as a 3D pose (dVAE and baselines)."""
