"""From command-line overrides to a validated list of trials."""
