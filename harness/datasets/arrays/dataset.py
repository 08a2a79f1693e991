"""``arrays``: images of the user's own in a file of arrays."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from harness.data.files.formats import open_array_file
from harness.data.files.stored import ArrayFile
from harness.data.own.columns import joined, require_lengths
from harness.data.own.content import digest_of, states_of
from harness.data.own.finding import find_own
from harness.data.own.images import OwnImages
from harness.data.own.layout import Layout
from harness.data.own.options import ROLES, Names, Own, OwnOptions
from harness.data.own.table import read_table
from harness.data.own.values import Range
from harness.datasets.arrays.beside import Beside, read_beside
from harness.datasets.arrays.pixels import Pixels, common_range, find_images, opened, require_alike


@dataclass(frozen=True)
class ArraysOptions(OwnOptions):
    """Images of your own in a file of arrays: .npz, .npy, HDF5 or Parquet.

    Give ``dataset.path=FILE``. Beside the images, arrays of a number or a word for each image are
    its factors.

    Attributes:
        images: name of the array of images [N, H, W], [N, C, H, W] or [N, H, W, C]; 'images' and
            'imgs' are found, and so is the only array that can be images.
        layout: NHW, NCHW or NHWC; found where it can only be one.
        range: the numbers that are black and white, as [0,1]; found where it can only be one.
        shape: shape of an image whose numbers or bytes lie flat in a row, as [64,64,3].
        factor_names: names of the factors of an array [N, F]; the file's array 'factor_names' is
            found.
        modalities: names of the arrays that methods can learn from beside the images.
    """

    name: ClassVar[str] = "arrays"

    images: str = ""
    layout: Layout = ""
    range: tuple[float, float] | None = None
    shape: tuple[int, ...] = ()
    factor_names: Names = ()
    modalities: Names = ()  # type: ignore[misc]  # decided by options, not by the class

    def __post_init__(self) -> None:
        if self.range and not self.range[0] < self.range[1]:
            raise ValueError(f"range={list(self.range)}: black is below white, as in [0,1].")

    def _own(self, data_root: Path | None) -> Own:
        named = {"path": self.path, "test_path": self.test_path, "table": self.table}
        paths = {
            option: find_own(self.name, option, given, data_root)
            for option, given in named.items()
            if given or option == "path"
        }
        files = {f"{option} {path.name}": str(path) for option, path in paths.items()}
        states = states_of(files)
        opened_files = [open_array_file(paths[o]) for o in ("path", "test_path") if o in paths]
        stated = Range(*self.range) if self.range else None
        parts = [
            find_images(file, self.images, self.shape, self.layout, stated) for file in opened_files
        ]
        require_alike(parts)
        besides = [self._beside(f, p) for f, p in zip(opened_files, parts, strict=True)]
        columns = joined(str(paths["path"]), [each.columns for each in besides])
        n = sum(part.shape[0] for part in parts)
        if "table" in paths:
            more = read_table(paths["table"])
            require_lengths(str(paths["table"]), more, n)
            columns |= more
        return Own(
            str(paths["path"]),
            files,
            states,
            OwnImages(
                (n, *parts[0].image_shape),
                parts[0].stored_bytes,
                {
                    "files": digest_of(states),
                    "images": parts[0].array.name,
                    "layout": parts[0].layout,
                    "range": str(stated),
                    "shape": str(self.shape),
                },
                partial(opened, parts, stated),
            ),
            partial(_row, parts[0].shape[0]),
            parts[1].shape[0] if len(parts) > 1 else None,
            columns,
            besides[0].groups,
            {
                name: np.concatenate([each.modalities[name] for each in besides])
                for name in self.modalities
            },
            partial(_notes, parts, besides[0]),
        )

    def _beside(self, file: ArrayFile, pixels: Pixels) -> Beside:
        named = dict.fromkeys(self.factors, "dataset.factors")
        named |= dict.fromkeys(self.pose_factors, "dataset.pose_factors")
        for option in ROLES:
            if name := getattr(self, option):
                named[name] = f"dataset.{option}"
        return read_beside(
            file,
            pixels.array,
            named=named,
            factor_names=self.factor_names,
            modalities=self.modalities,
        )


def _row(n_first: int, place: int) -> str:
    """Return what an image is called: its row in the file, or in that of dataset.test_path."""
    return f"row {place}" if place < n_first else f"test row {place - n_first}"


def _notes(parts: list[Pixels], beside: Beside) -> list[str]:
    """Return what was found; to know the range may take reading all images once."""
    first = parts[0]
    channels, height, width = first.image_shape
    notes = [
        f"the images are '{first.array.name}' {list(first.array.shape)} {first.array.dtype}, "
        f"{first.layout}: {height} x {width} pixels, {channels} channel{'s'[: channels > 1]}, "
        f"black and white are {common_range(parts)}"
    ]
    if beside.left_out:
        notes.append(f"not read, as it is of no images: {', '.join(beside.left_out)}")
    return notes
