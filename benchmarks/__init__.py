"""Benchmarks: what Unbraid costs beside the work itself, each beside the thing it competes with."""
