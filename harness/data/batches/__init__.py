"""Minibatches: of images, of pairs of one identity, of all that a method needs."""
