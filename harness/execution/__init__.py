"""Running the trials of a plan: through Ray Tune, or one in this process."""
