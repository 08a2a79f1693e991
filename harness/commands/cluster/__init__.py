"""Commands about a cluster: what `ray up` has started, and the jobs on it."""
