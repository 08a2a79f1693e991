"""Reads mutated files in a process of its own: prints what a reader raised that is no message.

Run as a program with a folder, a reader's name and a number of mutants; a signal that a mutant
leads to ends this process alone, and the last line tells which it was.
"""

import gzip
import io
import pickle
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.io
import torch
from PIL import Image

from harness.data.files.hdf5 import describe_hdf5
from harness.data.files.matlab import read_array
from harness.data.files.npy import open_npy
from harness.data.files.npz import describe_npz
from harness.data.files.parquet import describe_parquet
from harness.data.files.photographs import decode_resized
from harness.data.files.pickles import read_pickle
from harness.datasets.grids import nvidia
from harness.datasets.grids.indexing import Grid
from harness.datasets.mnist.idx import IMAGES, read_idx
from harness.datasets.recordings import amass
from harness.datasets.sprites.reed import training_numbers
from harness.errors import UserError
from models.networks.weights_file import read_weights

NUMBERS = np.arange(600, dtype=np.float32).reshape(10, 20, 3)
PIXELS = (NUMBERS % 256).astype(np.uint8)
MOST = 1 << 30
"""Bytes that reading a file of a few kilobytes may take."""


def written(write: Callable[[Any], object]) -> bytes:
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


def hdf5(buffer: Any) -> None:
    with h5py.File(buffer, "w") as file:
        file["images"] = PIXELS
        file.create_dataset("packed", data=NUMBERS, compression="gzip")
        file["names"] = ["a", "b"]


ANNOTATIONS = {
    n: {"xyz": NUMBERS[n], "K": np.eye(3), "n": np.int64(n), "words": ["a", "b"]} for n in range(10)
} | {"more": list(range(300))}
GRID = Grid(shape=3, place=40)
LABELS = np.indices((3, 40)).reshape(2, -1).T
IDX = bytes([0, 0, 8, 3]) + np.array(PIXELS.shape, ">u4").tobytes() + PIXELS.tobytes()
PARQUET = pa.table({"x": list(range(50)), "word": ["a"] * 50})


def all_of(described: tuple[dict[str, Any], dict[str, str]]) -> None:
    for array in described[0].values():
        array.whole()


def weights(path: Path) -> None:
    """Read weights; networks know nothing of users, and their errors are Python's own."""
    try:
        read_weights(str(path), "a network")
    except ValueError as error:
        raise UserError(str(error)) from error


READERS: dict[str, tuple[bytes, Callable[[Path], object]]] = {
    "pickle": (pickle.dumps(ANNOTATIONS, 2), read_pickle),
    "npz": (
        written(lambda file: np.savez_compressed(file, images=PIXELS, x=NUMBERS)),
        lambda path: all_of(describe_npz(path)),
    ),
    "npy": (written(lambda file: np.save(file, NUMBERS)), lambda path: open_npy(path).whole()),
    "matlab": (
        written(lambda file: scipy.io.savemat(file, {"x": NUMBERS}, do_compression=True)),
        lambda path: read_array(path, "x"),
    ),
    "splits": (
        written(lambda file: scipy.io.savemat(file, {"trainidx": np.arange(1, 600)})),
        training_numbers,
    ),
    "labels": (
        written(lambda file: np.save(file, LABELS)),
        lambda path: nvidia._places(path, GRID),
    ),
    "motion": (
        written(lambda file: np.savez(file, poses=NUMBERS, gender=np.array("male"))),
        lambda path: amass._arrays(path, ("poses",), ("gender",)),
    ),
    "weights": (
        written(lambda file: torch.save({"conv.weight": torch.ones(4, 3, 3)}, file)),
        weights,
    ),
    "idx": (IDX, lambda path: read_idx(path, IMAGES)),
    "idx.gz": (gzip.compress(IDX), lambda path: read_idx(path, IMAGES)),
    "hdf5": (written(hdf5), lambda path: all_of(describe_hdf5(path))),
    "parquet": (
        written(lambda file: pq.write_table(PARQUET, file)),
        lambda path: all_of(describe_parquet(path)),
    ),
    **{
        kind: (
            written(lambda file, kind=kind: Image.fromarray(PIXELS).save(file, kind)),
            lambda path: decode_resized(path, (8, 8)),
        )
        for kind in ("png", "jpeg", "webp", "tiff", "gif", "bmp")
    },
}
"""A file's content, and what reads it, by name."""


def mutant(content: bytes, random: Random) -> bytes:
    """Return a content with some of it cut off, flipped, overwritten or doubled."""
    data = bytearray(content)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(data))
        how = random.randrange(6)
        if how == 0:
            del data[max(1, at) :]
        elif how == 1:
            data[at] ^= 1 << random.randrange(8)
        elif how == 2:
            data[at] = random.randrange(256)
        elif how == 3:
            wide = random.choice((b"\xff" * 4, b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", bytes(8)))
            data[at : at + len(wide)] = wide
        elif how == 4:
            data[at:at] = data[at : at + random.randint(1, 40)]
        else:
            del data[at : at + random.randint(1, 40)]
        data = data or bytearray(b"\0")
    return bytes(data)


def main(folder: Path, name: str, n: int, first: int) -> None:
    """Read ``n`` mutants; the seed of each is printed before it is read."""
    content, read = READERS[name]
    path = folder / f"file.{name}"
    path.write_bytes(content)
    read(path)  # whole, it is read, with what is imported for it
    pages = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (pages + MOST, pages + MOST))
    for seed in range(first, first + n):
        path.write_bytes(mutant(content, Random(seed)))
        print(seed, end=" ", flush=True)
        try:
            read(path)
        except UserError:
            continue
        except BaseException as error:
            print(f"\nFOUND {name} {seed}: {type(error).__name__}: {error}", flush=True)
    print("\nREAD ALL", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
