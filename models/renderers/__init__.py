"""Renderers: pure functions without parameters from what a scene is to what is seen of it."""
