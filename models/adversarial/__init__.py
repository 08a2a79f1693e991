"""Methods that learn from unpaired real examples by an adversary, and what they have in common."""
