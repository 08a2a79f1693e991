"""Small files in the formats of the sprites and of small NORB, written for the tests."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from harness.datasets.norb.file_format import BYTES, INTEGERS
from harness.datasets.norb.files import FILES
from harness.datasets.sprites.lpc import FILE

LENGTHS = (1, 2, 1, 1, 3) * 4
"""Frames of each of the twenty animations of a small character."""


def reed_frames(character: int, lengths: Sequence[int] = LENGTHS) -> np.ndarray:
    """All frames of a character, ``[frames, 3, 60, 60]`` uint8: two ramps and a mark."""
    n = sum(lengths)
    y, x = np.mgrid[:60, :60]
    plain = np.stack([4 * y, 4 * x, 0 * x], axis=0)
    marks = 40 * (character % 6) + np.arange(n)
    images = np.broadcast_to(plain, (n, 3, 60, 60)).astype(np.uint8)
    images[:, 2] = marks[:, None, None]
    return images


def write_reed(
    folder: Path, characters: int = 16, lengths: Sequence[int] = LENGTHS, fall: int = 2
) -> Path:
    """Write ``sprites_1.mat`` and so on, as MATLAB 7.3 does: a cell array of references."""
    h5py = pytest.importorskip("h5py", reason="needs h5py, of the extra 'hdf5'")
    folder.mkdir(parents=True, exist_ok=True)
    for character in range(characters):
        frames = reed_frames(character, lengths)
        parts = [*np.split(frames, np.cumsum(lengths)[:-1]), frames[:fall]]
        with h5py.File(folder / f"sprites_{character + 1}.mat", "w") as file:
            cells = file.create_dataset("sprites", (len(parts), 1), h5py.ref_dtype)
            for i, part in enumerate(parts):
                # MATLAB stores [60, 60, 3] down the columns: of HDF5's axes the last is the row.
                stored = part.transpose(0, 1, 3, 2).reshape(len(part), -1) / 255
                cells[i, 0] = file.create_dataset(f"#refs#/{i}", data=stored).ref
    return folder


def lpc_arrays(characters: int = 16) -> dict[str, np.ndarray]:
    """Arrays as in the file of LPC sprites: two attributes, 2 x 2 x 3 frames of five cells."""
    rng = np.random.default_rng(0)
    return {
        "index": rng.integers(0, 40, (5, characters, 64, 64), dtype=np.uint8),
        "palette": rng.integers(0, 256, (40, 3), dtype=np.uint8),
        "attributes": np.stack(np.unravel_index(np.arange(characters), (4, 4)), 1).astype(np.uint8),
        "cell_of": np.array([[[0, 1, 0], [2, 2, 2]], [[3, 4, 3], [4, 0, 1]]], np.uint8),
        "attribute_names": np.array(["body", "hair"]),
        "actions": np.array(["walk", "slash"]),
    }


def write_lpc(folder: Path, arrays: dict[str, np.ndarray] | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / FILE, **(lpc_arrays() if arrays is None else arrays))
    return folder / FILE


def norb_labels(instances: Sequence[int], views: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """``cat`` ``[n]`` and ``info`` ``[n, 4]`` of two categories, shuffled."""
    toys = [(category, instance) for category in (0, 3) for instance in instances]
    rows = [
        (category, instance, view % 3, 2 * (view // 3) + 4, view % 2)
        for category, instance in toys
        for view in range(views)
    ]
    table = np.random.default_rng(len(instances)).permutation(np.array(rows, np.int32))
    return table[:, 0], table[:, 1:]


def norb_images(cat: np.ndarray, info: np.ndarray) -> np.ndarray:
    """Pairs ``[n, 2, 96, 96]`` whose brightness tells what they show and by which camera."""
    code = 10 * cat + info[:, 0] + 40 * info[:, 1] + 10 * info[:, 2] + 3 * info[:, 3]
    both = np.stack([code, code + 1], axis=1) % 251
    ramp = np.arange(96, dtype=np.uint8)[:, None] // 32
    return (both[:, :, None, None] + ramp).astype(np.uint8) * np.ones(96, np.uint8)


def write_matrix(path: Path, array: np.ndarray, zipped: bool = False) -> Path:
    """Write an array as small NORB's files hold it."""
    magic = BYTES if array.dtype == np.uint8 else INTEGERS
    sizes = [*array.shape, *(1,) * (3 - array.ndim)]
    header = np.array([magic, array.ndim, *sizes], "<i4").tobytes()
    content = header + array.astype(array.dtype.newbyteorder("<")).tobytes()
    if zipped:
        path = path.with_name(f"{path.name}.gz")
        content = gzip.compress(content)
    path.write_bytes(content)
    return path


def write_norb(
    folder: Path, train: Sequence[int] = (4, 7), test: Sequence[int] = (0, 5), zipped: bool = False
) -> dict[str, Path]:
    """Write the six files; return their paths by ``train-dat`` and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for split, instances in (("train", train), ("test", test)):
        cat, info = norb_labels(instances)
        for kind, array in (("dat", norb_images(cat, info)), ("cat", cat), ("info", info)):
            name = f"{FILES[split]}{kind}.mat"  # type: ignore[index]
            paths[f"{split}-{kind}"] = write_matrix(folder / name, array, zipped)
    return paths
