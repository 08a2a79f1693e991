"""Keypoints of real people, from a file beside the images."""

from pathlib import Path

import numpy as np

from harness.data.files.photographs import opened
from harness.data.own.table import column_names, read_table
from harness.datasets.people.listings import Listing
from harness.errors import CorruptFileError

FILE = "keypoints.csv"
"""Beside the folders or lists of images: ``path``, and ``NAME_x``, ``NAME_y`` of each keypoint."""

_FORM = (
    "Its first line is path,nose_x,nose_y,... and each other one an image's path below this folder "
    "and where its keypoints are, in pixels of the file, 0 at the centre of the first."
)


def keypoint_names(folder: Path) -> tuple[str, ...]:
    """Return the names of the keypoints that a folder's file has, in order; none without a file.

    Raises:
        CorruptFileError: it has other columns than ``path`` and pairs of places.
    """
    path = folder / FILE
    if not path.is_file():
        return ()
    columns = column_names(path)
    names = tuple(dict.fromkeys(name[:-2] for name in columns if name.endswith(("_x", "_y"))))
    wanted = {"path", *(f"{name}_{axis}" for name in names for axis in "xy")}
    if {*columns} != wanted or not names:
        raise CorruptFileError(f"{path} has the columns {', '.join(columns)}. {_FORM}")
    return names


def read_keypoints(
    listing: Listing, names: tuple[str, ...], size: tuple[int, int]
) -> dict[str, np.ndarray]:
    """Return the factors ``<name>_x`` and ``<name>_y``, float32 ``[N]``, in pixels of the images.

    Args:
        listing: the images.
        names: what :func:`keypoint_names` returned.
        size: height and width that the images are resized to.

    Raises:
        CorruptFileError: see :func:`places_in_files`.
    """
    if not names:
        return {}
    shares = np.array([_shrunk(listing.folder / name, size) for name in listing.names])
    return {
        name: ((values + 0.5) * shares[:, "xy".index(name[-1])] - 0.5).astype(np.float32)
        for name, values in places_in_files(listing, names).items()
    }


def places_in_files(listing: Listing, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return ``<name>_x`` and ``<name>_y`` of each image, ``[N]``, in pixels of its file.

    Raises:
        CorruptFileError: an image has no line, or a place is no finite number.
    """
    path = listing.folder / FILE
    table = read_table(path, text=("path",))
    row = {Path(name).as_posix(): i for i, name in enumerate(table["path"])}
    lacking = [name for name in listing.names if Path(name).as_posix() not in row]
    if lacking:
        raise CorruptFileError(
            f"{path} has no line for {lacking[0]} ({len(lacking)} images have none). Add them, or "
            f"take these images out of the lists. {_FORM}"
        )
    rows = np.array([row[Path(name).as_posix()] for name in listing.names])
    columns = [f"{name}_{axis}" for name in names for axis in "xy"]
    for name in columns:
        if table[name].dtype.kind not in "iuf" or not np.isfinite(table[name][rows]).all():
            raise CorruptFileError(f"{path}: not all of {name} are finite numbers. {_FORM}")
    return {name: table[name][rows].astype(np.float64) for name in columns}


def _shrunk(path: Path, size: tuple[int, int]) -> tuple[float, float]:
    """Return the width and the height that an image gets, as shares of its file's."""
    with opened(path) as image:
        return size[1] / image.width, size[0] / image.height
