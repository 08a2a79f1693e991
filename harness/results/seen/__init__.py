"""What data and code the trials of a run have seen, so that a later session uses no other."""
