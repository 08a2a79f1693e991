"""Variational autoencoders of single images (VAE, its regularised kin, VITAE)."""
