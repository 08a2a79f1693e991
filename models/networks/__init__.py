"""Encoders and decoders as the papers describe them, one file for each paper."""
