"""Writes a small ShoeV2: its folders and its lists."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

TRAIN = {"2001": 3, "2002": 1, "a-3": 2}
"""How many sketches each training photograph has."""
TEST = {"2004": 2, "2005": 2}


def write_shoes(root: Path, alone: int = 0) -> Path:
    """Write five photographs and ten sketches, and some more of none; return the folder."""
    folder = root / "shoes"
    for name in ("ShoeV2_photo", "ShoeV2_sketch"):
        (folder / name).mkdir(parents=True)
    for split, shoes in (("train", TRAIN), ("test", TEST)):
        sketches = [f"{shoe}_{k}.png" for shoe, count in shoes.items() for k in range(1, count + 1)]
        if split == "train":
            sketches += [f"9{i:03d}_1.png" for i in range(alone)]
        for i, shoe in enumerate(shoes):
            noise = np.random.default_rng(len(split) + i).integers(0, 255, (40, 40, 3), np.uint8)
            Image.fromarray(noise).save(folder / "ShoeV2_photo" / f"{shoe}.png")
        for i, sketch in enumerate(sketches):
            write_sketch(folder / "ShoeV2_sketch" / sketch, 20 + 10 * i)
        (folder / f"photo_{split}.txt").write_text("".join(f"{shoe}.png\n" for shoe in shoes))
        (folder / f"sketch_{split}.txt").write_text("".join(f"{each}\n" for each in sketches))
    return folder


def write_sketch(path: Path, column: int, width: int = 4) -> None:
    """Write a sketch of one upright line, black on transparent ground, 256 pixels wide."""
    image = Image.new("RGBA", (256, 256), (0, 0, 0, 0))
    ImageDraw.Draw(image).line([(column, 30), (column, 220)], (0, 0, 0, 255), width)
    image.save(path)
