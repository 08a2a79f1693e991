"""Files of a user's own: the same images with the same labels in every format."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

N, HEIGHT, WIDTH = 40, 12, 8

IMAGES = np.random.default_rng(0).integers(0, 256, (N, HEIGHT, WIDTH, 3), np.uint8)
"""In colour, channels last."""

WORDS = np.array(["cat", "dog", "cat", "eel"] * (N // 4))
IDENTITY = np.arange(N) % 5
SIZES = np.linspace(0, 1, N).astype(np.float32)

BESIDE: dict[str, np.ndarray] = {"label": WORDS, "identity": IDENTITY, "scale": SIZES}


def write_arrays(path: Path, images: np.ndarray = IMAGES, **beside: Any) -> Path:
    """Write images, and what is beside them, in the format that the path's ending names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".npy":
        np.save(path, images)
    elif path.suffix == ".npz":
        np.savez(path, images=images, **beside)
    elif path.suffix == ".h5":
        import h5py

        with h5py.File(path, "w") as file:
            file.create_dataset("images", data=images, chunks=True, compression="gzip")
            for name, values in beside.items():
                text = np.asarray(values).dtype.kind == "U"
                file[name] = np.asarray(values).astype(object) if text else values
    else:
        columns = {"images": images.tolist(), **beside}
        typed = pa.array(columns["images"], _lists(pa.from_numpy_dtype(images.dtype), images.ndim))
        pq.write_table(pa.table({**columns, "images": typed}), path, row_group_size=7)
    return path


def _lists(kind: pa.DataType, dimensions: int) -> pa.DataType:
    for _ in range(dimensions - 1):
        kind = pa.list_(kind)
    return kind


def write_pictures(folder: Path, n: int = N) -> list[Path]:
    """Write PNG files ``<word>/<number>.png`` and a table of them, ``table.csv``."""
    paths = []
    lines = ["file,identity,scale"]
    for row in range(n):
        name = f"{WORDS[row]}/{row:03}.png"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(IMAGES[row]).save(folder / name)
        paths.append(folder / name)
        lines.append(f"{name},p{IDENTITY[row]},{SIZES[row]}")
    (folder / "table.csv").write_text("\n".join(lines))
    return paths
