"""Variational autoencoders of single images: the VAE, its regularised variants, and VITAE."""
