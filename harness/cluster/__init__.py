"""A cluster that ``ray up`` has started: reached from a laptop, and given sweeps as jobs."""
