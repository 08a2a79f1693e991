"""The settings of methods, datasets, metrics and scales, and where their values come from."""
