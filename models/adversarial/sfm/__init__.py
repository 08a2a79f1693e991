"""AIGN for structure from motion: depth, flow and egomotion of two frames."""
