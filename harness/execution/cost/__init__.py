"""What a sweep would cost: seconds of a step, measured once and remembered, and hours of a plan."""
