"""Figures made of images, poses and latent walks."""
