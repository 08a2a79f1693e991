"""Gaussians over codes, and likelihoods of images."""
