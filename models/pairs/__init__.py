"""Methods that learn from pairs of images of one identity: RoDi and its baselines."""
