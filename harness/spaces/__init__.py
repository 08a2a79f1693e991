"""A search's space, limits and choice, which planning, searches and reports read alike."""
