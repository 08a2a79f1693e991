"""Small files in the layout of Virtual KITTI 2, written for the tests."""

from pathlib import Path

import numpy as np
from PIL import Image

from tests.harness.datasets.helpers.people_files import picture

WIDTH, HEIGHT = 124, 37
CAMERA = (72.5, 72.5, 62.05, 18.7)
SCENES, FRAMES = ("Scene01", "Scene02", "Scene20"), 8
STEP = 0.5
"""Metres ahead from a frame to the next."""


def wall(t: int) -> np.ndarray:
    """Depth in cm of frame ``t``: a wall 12 m before the first frame, leaves, and the sky."""
    cm = np.full((HEIGHT, WIDTH), round(100 * (12 - STEP * t)), np.uint16)
    leaves = slice(HEIGHT // 4, HEIGHT // 2)
    cm[leaves] -= np.random.default_rng(t).integers(0, 400, cm[leaves].shape).astype(np.uint16)
    cm[: HEIGHT // 4] = 65_535
    return cm


def write_vkitti2(root: Path, variation: str = "clone") -> list[Path]:
    """Write all scenes; return the first one's two tables, a picture and a depth."""
    for place, scene in enumerate(SCENES):
        folder = root / "vkitti2" / scene / variation
        rgb, depth = (folder / f"frames/{kind}/Camera_0" for kind in ("rgb", "depth"))
        for made in (rgb, depth):
            made.mkdir(parents=True, exist_ok=True)
        inner, outer = ["frame cameraID K[0,0] K[1,1] K[0,2] K[1,2]"], ["frame cameraID r1,1 ..."]
        for t in range(FRAMES):
            Image.fromarray(wall(t)).save(depth / f"depth_{t:05d}.png")
            picture(t + 7 * place, (WIDTH, HEIGHT)).save(rgb / f"rgb_{t:05d}.jpg")
            for camera in (0, 1):
                pose = np.eye(4)
                pose[:3, 3] = -0.5 * camera, 0, -STEP * t
                inner.append(f"{t} {camera} {' '.join(map(str, CAMERA))}")
                outer.append(f"{t} {camera} {' '.join(map(str, pose.ravel()))}")
        (folder / "intrinsic.txt").write_text("\n".join(inner) + "\n")
        (folder / "extrinsic.txt").write_text("\n".join(outer) + "\n")
    first = root / "vkitti2" / SCENES[0] / variation
    pictures = [first / f"frames/{kind}/Camera_0" for kind in ("rgb", "depth")]
    return [
        first / "intrinsic.txt",
        first / "extrinsic.txt",
        pictures[0] / "rgb_00001.jpg",
        pictures[1] / "depth_00001.png",
    ]
