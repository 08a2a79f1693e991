"""Metrics of generated persons: identity and keypoints (RoDi, Table 2)."""
