"""``folder``: images of the user's own in a folder of image files."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge

from harness.data.own.columns import joined
from harness.data.own.content import Files, digest_of, states_of
from harness.data.own.finding import find_own
from harness.data.own.images import OwnImages
from harness.data.own.options import Own, OwnOptions
from harness.data.own.pictures import Fit, Target, opened, survey
from harness.datasets.folder.listing import Listing, list_folder, list_table
from harness.errors import UserError

LARGEST_KEPT = 256
"""Pixels: images of one size keep it up to this height and width."""

USUAL = 64
"""Height and width, pixels, of images that are larger, or not of one size, where none is stated."""

Side = Annotated[int, Ge(4)]


@dataclass(frozen=True)
class FolderOptions(OwnOptions):
    """Images of your own in a folder: PNG, JPEG, WebP or TIFF files.

    Give ``dataset.path=FOLDER``. Subfolders are labels; a table says more of each file.

    Attributes:
        size: pixels of the height and width, or [height,width]; null keeps the size of images that
            have all the same one, up to 256 pixels, and makes others 64.
        fit: how an image of another shape gets there: its longer side is cut (crop), its shorter
            one filled up with black (pad), or its shape changed (stretch).
        channels: 1 for grey, 3 for colour; null for colour where any image has some.
        file: the table's column of paths below the folder; one called 'file' or 'filename' is
            found.
    """

    name: ClassVar[str] = "folder"

    size: Side | tuple[Side, Side] | None = None
    fit: Fit = "crop"
    channels: Literal[1, 3] | None = None
    file: str = ""

    def _own(self, data_root: Path | None) -> Own:
        folder = find_own(self.name, "path", self.path, data_root)
        listings, files = self._listed(folder, data_root)
        states = states_of(files)
        described = survey(files, states)
        target = self._target(described)
        beside: Files = {}
        if self.table:
            table = find_own(self.name, "table", self.table, data_root)
            beside = {f"table {table.name}": str(table)}
        return Own(
            str(folder),
            {**files, **beside},
            {**states, **states_of(beside)},
            OwnImages(
                (len(files), target.channels, target.height, target.width),
                target.channels * target.height * target.width,
                {
                    "files": digest_of(states),
                    "height": target.height,
                    "width": target.width,
                    "channels": target.channels,
                    "fit": target.fit,
                },
                partial(opened, files, target),
            ),
            list(files).__getitem__,
            len(listings[1].names) if len(listings) > 1 else None,
            joined(str(folder), [listing.columns for listing in listings]),
            {},
            {},
            partial(_notes, described, target, listings[0].left_out),
        )

    def _listed(self, folder: Path, data_root: Path | None) -> tuple[list[Listing], Files]:
        """Return the images for training, those for the test if they are apart, and all files."""
        if self.table and self.test_path:
            raise UserError(
                "dataset.table names files of one folder: leave out dataset.test_path and say "
                "which are for the test by a column of the words train and test."
            )
        if self.file and not self.table:
            raise UserError(f"dataset.file={self.file} is a column of dataset.table: give both.")
        if self.table:
            table = find_own(self.name, "table", self.table, data_root)
            listings = {folder: list_table(folder, table, self.file)}
        else:
            listings = {folder: list_folder(folder)}
        if self.test_path:
            test = find_own(self.name, "test_path", self.test_path, data_root)
            if test == folder:
                raise UserError("dataset.test_path is dataset.path: the test would be no test.")
            listings[test] = list_folder(test)
        files = {
            (name if place == folder else f"test {name}"): f"{place}/{name}"
            for place, listing in listings.items()
            for name in listing.names
        }
        return list(listings.values()), files

    def _target(self, described: np.ndarray) -> Target:
        sizes = np.unique(described[:, :2], axis=0)
        kept = len(sizes) == 1 and sizes.max() <= LARGEST_KEPT
        found = (int(sizes[0, 0]), int(sizes[0, 1])) if kept else (USUAL, USUAL)
        height, width = (self.size, self.size) if isinstance(self.size, int) else self.size or found
        return Target(self.channels or int(described[:, 2].max()), height, width, self.fit)


def _notes(described: np.ndarray, target: Target, left_out: int) -> list[str]:
    sizes = np.unique(described[:, :2], axis=0)
    of = (
        f"all {sizes[0, 0]} x {sizes[0, 1]}"
        if len(sizes) == 1
        else f"{len(sizes)} sizes from {' x '.join(map(str, sizes[0]))} to "
        f"{' x '.join(map(str, sizes[-1]))}"
    )
    n_grey = int((described[:, 2] == 1).sum())
    notes = [
        f"{len(described):,} image files, {of} pixels, {n_grey:,} grey; they are read as "
        f"{target.height} x {target.width} pixels (dataset.size, dataset.fit={target.fit}) of "
        f"{target.channels} channel{'s'[: target.channels > 1]} (dataset.channels)"
    ]
    if left_out:
        notes.append(f"{left_out:,} image files are not in the table and left out")
    return notes
