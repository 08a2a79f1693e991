"""Arrays that are made once and memory-mapped afterwards."""
