"""Metrics of methods that learn by an adversary: of their training, and of what they make."""
