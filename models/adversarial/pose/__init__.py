"""AIGN for poses: bodies and cameras of joints in the image, without joints in space."""
