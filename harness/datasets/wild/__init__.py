"""Photographs of people anywhere with the places of their joints in the image, from files."""
