"""Renderings of SMPL bodies, from an npz file."""
