"""Small files in the forms of Market-1501 and of lists of identities, written for the tests."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from harness.datasets.people.listings import FOLDERS

MARKET = {
    "bounding_box_train": (
        "0002_c1s1_000451_03.jpg",
        "0002_c2s1_000801_01.jpg",
        "0007_c3s3_077419_03.jpg",
        "0007_c3s3_077444_02.jpg",
    ),
    "bounding_box_test": (
        "-1_c1s1_000401_03.jpg",
        "0000_c1s1_000151_01.jpg",
        "0000_c4s6_016388_05.jpg",
        "0003_c1s6_015971_02.jpg",
        "0003_c4s6_015641_04.jpg",
        "0010_c2s3_073352_01.jpg",
        "0010_c6s4_002427_01.jpg.jpg",  # a few of Market's files have the ending twice
    ),
    "query": ("0003_c1s6_015971_00.jpg", "0010_c2s3_073352_00.jpg"),
}


def picture(i: int, size: tuple[int, int] = (64, 128)) -> Image.Image:
    """Return a smooth image of ``size`` (width, height), another one for each ``i``."""
    y, x = np.mgrid[: size[1], : size[0]]
    ramps = [40 + 160 * x / size[0], 220 - 160 * y / size[1], 0 * x + 20 * (i % 12)]
    return Image.fromarray(np.stack(ramps, axis=-1).astype(np.uint8))


def write_images(folder: Path, names: Iterable[str], size: tuple[int, int] = (64, 128)) -> None:
    for i, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        picture(i, size).save(folder / name, quality=95, subsampling=0)


def write_market(root: Path, folder: str = "people") -> Path:
    """Write Market-1501's three folders into ``root/folder`` and return that."""
    for part in FOLDERS:
        write_images(root / folder / part, MARKET[part])
        (root / folder / part / "Thumbs.db").write_bytes(b"of Windows, as in the archive")
    return root / folder


def write_lists(root: Path, lists: dict[str, list[str]], size: tuple[int, int] = (64, 128)) -> Path:
    """Write lists ``{file name: lines}`` and the images they name; return their folder."""
    folder = root / "people"
    folder.mkdir()
    for name, lines in lists.items():
        (folder / name).write_text("\n".join(lines) + "\n")
        write_images(folder, (line.partition(",")[2].strip() for line in lines), size)
    return folder
