"""Images of the user's own: found, fingerprinted, split, and made uint8."""
