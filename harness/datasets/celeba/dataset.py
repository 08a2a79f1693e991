"""``celeba``: 202,599 photographs of faces with forty attributes, from CelebA's own files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge

from harness.data.dataset import Dataset, Split, SplitName
from harness.data.files.find import find_files
from harness.data.remembered import FaceTaskOptions, check_face_tasks, for_face_tasks
from harness.datasets.celeba.images import SIZE, cached_images, cropped, require_files
from harness.datasets.celeba.tables import Table, read_table
from harness.errors import CorruptFileError, UserError

FOLDER = "img_align_celeba"
ATTRIBUTES = "list_attr_celeba.txt"
LANDMARKS = "list_landmarks_align_celeba.txt"
PARTITION = "list_eval_partition.txt"

POINTS = tuple(
    f"{point}_{axis}"
    for point in ("left_eye", "right_eye", "nose", "left_mouth", "right_mouth")
    for axis in "xy"
)
"""The columns of the file of landmarks, as ``faces`` names them; CelebA has ``lefteye_x``."""

_N_ATTRIBUTES = 40
_PARTS: dict[SplitName, int] = {"train": 0, "test": 2}  # 1 is for validation
_REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put into "
    f"FOLDER/celeba the file {ATTRIBUTES} and the folder {FOLDER} with its .jpg files and, if you "
    f"have them, {LANDMARKS} and {PARTITION} "
    "(from https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html). The dataset 'faces' needs no files."
)


@dataclass(frozen=True)
class CelebaOptions(FaceTaskOptions):
    """CelebA, 202,599 photographs of faces, 128x128 RGB; from its files.

    The central 178x178 pixels of an aligned image are resized to 128x128. Factors are the forty
    attributes, int64 0 or 1 under their names in lower case, and, where the file of landmarks is
    there, ``left_eye_x`` and so on in pixels of the resized image. CelebA's own partition is used,
    without its validation part; where its file is not there, the last tenth is for the test.
    Hidden boxes are made of the landmarks; the code for faces has a pickled dictionary of them,
    which could run code, and is not read.

    Attributes:
        downscale: images are 128, 64 or 32 pixels high and wide.
        n_train: the first so many training images; None for all.
        n_test: the first so many test images; None for all.
    """

    name: ClassVar[str] = "celeba"
    published_epochs: ClassVar[int] = 5000  # VITAE, supplement, section 2
    published_batch_size: ClassVar[int] = 256

    downscale: Literal[1, 2, 4] = 1
    n_train: Annotated[int, Ge(1)] | None = None
    n_test: Annotated[int, Ge(1)] | None = None

    def load(self, data_root: Path | None) -> Dataset:
        """Return the photographs, decoded once and cached; this takes minutes the first time."""
        files = _find(data_root)
        tables = _tables(files)
        rows = _rows(tables)
        dataset = Dataset(
            "celeba",
            "real",
            self._split("train", rows["train"][: self.n_train], tables, files[FOLDER]),
            self._split("test", rows["test"][: self.n_test], tables, files[FOLDER]),
            appearance_factors=tables[ATTRIBUTES].columns,
        )
        return for_face_tasks(dataset, self)

    def check(self, data_root: Path | None) -> None:
        """Read the lists and look for every image they name; images are not decoded."""
        files = _find(data_root)
        tables = _tables(files)
        _rows(tables)
        check_face_tasks(self, tables[ATTRIBUTES].columns, LANDMARKS in tables)
        require_files(files[FOLDER], tables[ATTRIBUTES].names)

    def _split(
        self, split: SplitName, rows: np.ndarray, tables: dict[str, Table], folder: Path
    ) -> Split:
        names = [tables[ATTRIBUTES].names[row] for row in rows]
        size = SIZE // self.downscale
        images = cached_images(f"celeba-{split}", folder, names, size)
        present = (tables[ATTRIBUTES].values[rows] + 1) // 2
        factors = dict(zip(tables[ATTRIBUTES].columns, present.T.copy(), strict=True))
        if LANDMARKS in tables:
            points = cropped(tables[LANDMARKS].values[rows], size)
            factors.update(zip(POINTS, points.T.copy(), strict=True))
        return Split(images, factors)


def _find(data_root: Path | None) -> dict[str, Path]:
    files = find_files("celeba", data_root, (ATTRIBUTES,), _REMEDY, optional=(LANDMARKS, PARTITION))
    folder = files[ATTRIBUTES].with_name(FOLDER)
    if not folder.is_dir():
        raise UserError(
            f"The dataset 'celeba' is incomplete: there is no folder {folder}. {_REMEDY}"
        )
    return {**files, FOLDER: folder}


def _tables(files: dict[str, Path]) -> dict[str, Table]:
    """Return the tables that are there, all of the same images.

    Raises:
        CorruptFileError: one is not what it should be, or is of other images.
    """
    tables = {ATTRIBUTES: read_table(files[ATTRIBUTES], _N_ATTRIBUTES)}
    if LANDMARKS in files:
        tables[LANDMARKS] = read_table(files[LANDMARKS], len(POINTS))
        columns = [name.replace("_", "") for name in tables[LANDMARKS].columns]
        if columns != [name.replace("_", "") for name in POINTS]:
            raise CorruptFileError(
                f"{files[LANDMARKS]}: the second line should name the columns lefteye_x, lefteye_y "
                f"and so on, but names {', '.join(tables[LANDMARKS].columns)}. Fetch it again."
            )
    if PARTITION in files:
        tables[PARTITION] = read_table(files[PARTITION], 1, header=False)
    for name, allowed in ((ATTRIBUTES, (-1, 1)), (PARTITION, (0, 1, 2))):
        if name in tables:
            _require_values(tables[name], allowed)
    first = tables[ATTRIBUTES]
    for table in tables.values():
        if table.names != first.names:
            raise CorruptFileError(
                f"{table.path} lists {_difference(table.names, first.names)} of {first.path}: "
                "they are not of the same images. Fetch both again."
            )
    return tables


def _require_values(table: Table, allowed: Sequence[int]) -> None:
    wrong = np.flatnonzero(~np.isin(table.values, allowed).all(axis=1))
    if len(wrong):
        raise CorruptFileError(
            f"{table.path}: the line of {table.names[wrong[0]]} holds other numbers than "
            f"{', '.join(map(str, allowed))}. Fetch it again."
        )


def _difference(names: Sequence[str], others: Sequence[str]) -> str:
    if len(names) != len(others):
        return f"{len(names):,} images, not the {len(others):,}"
    name, other = next(pair for pair in zip(names, others, strict=True) if pair[0] != pair[1])
    return f"{name} in the place of {other}"


def _rows(tables: dict[str, Table]) -> dict[SplitName, np.ndarray]:
    """Return the rows of each split."""
    n = len(tables[ATTRIBUTES].names)
    if PARTITION in tables:
        part = tables[PARTITION].values[:, 0]
    else:
        part = np.where(np.arange(n) < n - n // 10, _PARTS["train"], _PARTS["test"])
    rows = {split: np.flatnonzero(part == number) for split, number in _PARTS.items()}
    for split, rows_of_split in rows.items():
        if not len(rows_of_split):
            raise UserError(
                f"Of the {n} images of {tables[ATTRIBUTES].path} none is for the {split} split. "
                f"List more, or write another {PARTITION} (0 for training, 2 for the test)."
            )
    return rows
