"""What datasets of two frames tell beside them, by name."""

DEPTH, FLOW, VISIBLE, MOTION = "depth", "flow", "visible", "motion"
UNPAIRED_DEPTH, UNPAIRED_MOTION = "unpaired_depth", "unpaired_motion"
MODALITIES = (DEPTH, FLOW, VISIBLE, MOTION, UNPAIRED_DEPTH, UNPAIRED_MOTION)
"""``depth`` ``[1, H, W]`` of the first frame along the optical axis, metres; ``flow`` ``[2, H, W]``
from the first frame to the second, pixels to the right and down; ``visible`` ``[1, H, W]``, 1 where
the second frame shows what the pixel does; ``motion``, by which points before the first camera
(right, down, away) are at ``R X + T`` before the second: 12 numbers, R by rows, then T; and depths
and motions of other scenes."""

INTRINSICS = "intrinsics"
"""Table ``[4]``: ``fx, fy, cx, cy`` in pixels, which are counted from 0 at the first's centre."""
