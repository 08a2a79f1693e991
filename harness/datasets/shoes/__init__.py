"""Photographs of shoes with several line sketches each, a counterpart of ShoeV2."""
