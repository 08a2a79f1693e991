"""Two frames of a still scene before a moving camera, drawn or of Virtual KITTI 2."""
