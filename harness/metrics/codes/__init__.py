"""Metrics of the latent codes: how well they predict the factors of the images."""
