"""People in many poses with their joints in space, a counterpart of Human3.6M."""
