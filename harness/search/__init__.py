"""Which configurations a search tries. Nothing here knows who runs them."""
