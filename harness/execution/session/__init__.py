"""Ray for the time of a sweep: on this machine alone, or a cluster that is joined."""
