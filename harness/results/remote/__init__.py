"""What object stores do that disks do not: they go away, refuse, and have no locks."""
