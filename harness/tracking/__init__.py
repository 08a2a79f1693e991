"""Trackers of other programs: each is told of trials as they start, go on and end."""
