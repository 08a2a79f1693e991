"""Disentanglement metrics as functions of arrays: codes ``[N, D]`` and factors ``[N, F]``."""
