"""Metrics of the latent codes: what they say of the known factors."""
