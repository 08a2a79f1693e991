"""Renderers in NumPy: shapes, solids and textures to anti-aliased images."""
