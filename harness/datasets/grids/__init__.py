"""Sets that show every combination of their factors' values once: what they have in common."""
