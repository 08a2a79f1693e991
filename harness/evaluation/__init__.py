"""The final evaluation of a trained method: its scores, and the arrays stored for figures."""
