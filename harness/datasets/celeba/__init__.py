"""CelebA: images, attributes and landmarks."""
