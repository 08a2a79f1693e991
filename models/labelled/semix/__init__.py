"""SemiX: an image and its target, such as a pose, share part of their codes (Liu et al., 2020)."""
