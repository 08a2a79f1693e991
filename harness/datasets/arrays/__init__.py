"""Images of the user's own in a file of arrays."""
