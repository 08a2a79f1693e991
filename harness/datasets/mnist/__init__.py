"""MNIST from its IDX files."""
