"""Several trials in one process, whose training steps are taken together."""
