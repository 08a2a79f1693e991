"""Base of the options of datasets that are files of the user's."""

import dataclasses
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from annotated_types import Ge, Gt, Lt
from pydantic import BeforeValidator

from harness.data.dataset import Dataset, Split, SplitName
from harness.data.options import DatasetOptions
from harness.data.own.columns import (
    Columns,
    as_factor,
    require_columns,
    tells_images_apart,
)
from harness.data.own.content import Files, States, content_of
from harness.data.own.images import OwnImages
from harness.data.own.splits import Rows, Splitting
from harness.data.usable import require_shape
from harness.errors import UserError

Names = Annotated[tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)]
"""Names of arrays or columns; a single one may stand without brackets."""

ROLES = {
    "identity_factor": "identity",
    "frame_factor": "frame",
    "camera_factor": "camera",
    "split": "split",
}
"""Options that name a column, and what the column is called that is taken where none is named."""


@dataclass(frozen=True, eq=False)
class Own:
    """What files of the user's hold.

    Attributes:
        what: their file or folder, for messages.
        files: all that are read, by names that do not depend on where they are.
        states: of the files.
        images: all images, not read yet.
        names: returns what an image is called: its file below the folder, or its row in the array.
        n_test: how many of them, the last, come from files for the test; None where the split is
            made here.
        columns: beside the images.
        groups: names of columns that can be named together, by that name.
        modalities: by name, float32 ``[N, ...]``.
        notes: returns what was found out, a line each; it may look at the pixels.
    """

    what: str
    files: Files
    states: States
    images: OwnImages
    names: Callable[[int], str]
    n_test: int | None
    columns: Columns
    groups: dict[str, tuple[str, ...]]
    modalities: dict[str, np.ndarray]
    notes: Callable[[], list[str]]


@dataclass(frozen=True)
class OwnOptions(DatasetOptions):
    """Options of a dataset that is files of the user's.

    Attributes:
        path: where it is: a path from the working directory, or from the folder of data_root.
        test_path: another like it, with the images for the test; "" to split those of path.
        table: a CSV or Parquet file with further columns; "" for none.
        factors: names of the columns that are factors; all that are fit to be where none is named.
        identity_factor: name of the column that says whose image it is, which methods of pairs
            need; one called 'identity' is found.
        frame_factor: name of the column that says which pose it shows, the same for every identity;
            one called 'frame' is found.
        camera_factor: name of the column that says which camera took it; one called 'camera' is
            found.
        pose_factors: names of the factors of how an image is shown; the others are of what it
            shows.
        split: name of a column of the words train and test; one called 'split' is found.
        split_by: whether the fraction for the test is one of the images or of the identities, of
            which none is then in both splits.
        test_fraction: the share for the test, where neither a column nor test_path says it.
        seed: another seed splits and shuffles the images otherwise.
        n_train: the first so many training images; null for all.
        n_test: the first so many test images; null for all.
        content: fingerprint of the files, filled in when a trial is planned; files with another
            are refused.
    """

    published_epochs: ClassVar[int] = 100  # nobody has published anything: a plain number
    published_batch_size: ClassVar[int] = 128

    path: str = ""
    test_path: str = ""
    table: str = ""
    factors: Names = ()
    identity_factor: str = ""  # type: ignore[misc]  # decided by options, not by the class
    frame_factor: str = ""  # type: ignore[misc]
    camera_factor: str = ""  # type: ignore[misc]
    pose_factors: Names = ()
    split: str = ""
    split_by: Literal["images", "identities"] = "images"
    test_fraction: Annotated[float, Gt(0), Lt(1)] = 0.1
    seed: Annotated[int, Ge(0)] = 0
    n_train: Annotated[int, Ge(1)] | None = None
    n_test: Annotated[int, Ge(1)] | None = None
    content: str = ""

    @abstractmethod
    def _own(self, data_root: Path | None) -> Own:
        """Return what the files hold; pixels are read later.

        Raises:
            UserError: a file is missing, or the options do not fit what it holds.
            CorruptFileError: a file is damaged.
        """

    def planned(self, data_root: Path | None) -> Self:
        """Return these options with the files' content, and the roles of columns found by name.

        Raises:
            UserError: what :meth:`check` would raise.
        """
        return self._understood(data_root)[0] if self.path else self  # :meth:`check` refuses it

    def smaller(self, n_train: int, n_test: int) -> Self:
        """Return options of the first few images of each split."""
        return dataclasses.replace(
            self,
            n_train=min(self.n_train or n_train, n_train),
            n_test=min(self.n_test or n_test, n_test),
        )

    def n_training(self, data_root: Path | None) -> int:
        """Return how many images there are for training, without reading them."""
        options, own = self._understood(data_root)
        return len(options._rows(own)[0]["train"])

    def check(self, data_root: Path | None) -> None:
        """Read all but the pixels."""
        options, own = self._understood(data_root)
        options._rows(own)
        options._factors(own)

    def load(self, data_root: Path | None) -> Dataset:
        """Return the images, decoded once and cached."""
        options, own = self._understood(data_root)
        rows, more = options._rows(own)
        factors, notes = options._factors(own)
        train, test = own.images.cached(self.name, rows)
        labels = {options.identity_factor, options.frame_factor, options.camera_factor}
        known = [name for name in factors if name not in labels]
        pose = _single(options.pose_factors, own)
        return Dataset(
            self.name,
            "real",
            _split(train, rows["train"], factors, own),
            _split(test, rows["test"], factors, own),
            appearance_factors=tuple(name for name in known if name not in pose),
            pose_factors=tuple(name for name in known if name in pose),
            identity_factor=options.identity_factor,
            frame_factor=options.frame_factor,
            camera_factor=options.camera_factor,
            notes=(*own.notes(), *more, *notes),
        )

    def _understood(self, data_root: Path | None) -> tuple[Self, Own]:
        own = self._own(data_root)
        content = content_of(own.files, own.states)
        if self.content not in ("", content):
            raise UserError(
                f"The files of the dataset '{self.name}' are others than planned: "
                f"dataset.content={self.content} was planned, and what is in "
                f"{own.what} now has {content}. Put the files of then back, or "
                "start another sweep in another run_dir."
            )
        found = {
            option: getattr(self, option) or (name if name in own.columns else "")
            for option, name in ROLES.items()
        }
        options = dataclasses.replace(self, content=content, **found)  # type: ignore[arg-type]
        options._require_columns(own)
        return options, own

    def _require_columns(self, own: Own) -> None:
        asked = dict.fromkeys(_single(self.factors, own), "dataset.factors")
        asked |= dict.fromkeys(_single(self.pose_factors, own), "dataset.pose_factors")
        for option in ROLES:
            if name := getattr(self, option):
                asked[name] = f"dataset.{option}"
        require_columns(own.what, own.columns, asked)
        if self.split_by == "identities" and not self.identity_factor:
            raise UserError(
                f"dataset.split_by=identities: it is not known whose images {own.what} holds. Name "
                "the column that says it: dataset.identity_factor=NAME."
            )

    def _rows(self, own: Own) -> tuple[Rows, list[str]]:
        """Return which images are in which split, and notes on it."""
        n = own.images.shape[0]
        splitting = Splitting(own.what, self.test_fraction, self.seed)
        notes: list[str] = []
        if own.n_test is not None:
            rows, how = splitting.by_path(n - own.n_test, own.n_test), "by dataset.test_path"
        elif self.split:
            rows, note = splitting.by_words(own.columns[self.split], self.split)
            how, notes = f"by the column '{self.split}'", [note] if note else []
        elif self.split_by == "identities":
            rows = splitting.by_identity(own.columns[self.identity_factor])
            how = f"by '{self.identity_factor}', {self.test_fraction:g} of them for the test"
        else:
            rows = splitting.at_random(n)
            how = f"at random, {self.test_fraction:g} of them for the test"
        limits: dict[SplitName, int | None] = {"train": self.n_train, "test": self.n_test}
        rows = {split: rows[split][: limits[split]] for split in limits}
        for split in limits:
            label = "training" if split == "train" else split
            require_shape(own.what, label, (len(rows[split]), *own.images.shape[1:]))
        counts = f"{len(rows['train']):,} training and {len(rows['test']):,} test images"
        return rows, [f"{counts}, split {how}", *notes]

    def _factors(self, own: Own) -> tuple[Columns, list[str]]:
        """Return the factors of all images, and notes on what their numbers stand for."""
        labels = [self.identity_factor, self.frame_factor, self.camera_factor]
        asked = [*_single(self.factors, own), *_single(self.pose_factors, own), *labels]
        names = [name for name in own.columns if name in asked]
        notes = []
        if not self.factors:
            fit = [name for name in own.columns if name not in (self.split, *names)]
            apart = [name for name in fit if tells_images_apart(own.columns[name])]
            names = [name for name in own.columns if name in (*names, *fit) and name not in apart]
            if apart:
                notes.append(f"different for every image and no factors: {', '.join(apart)}")
        factors = {}
        for name in names:
            factors[name], note = as_factor(own.what, name, own.columns[name])
            notes += [note] if note else []
        for name in labels:
            if name and factors[name].dtype != np.int64:
                words = own.columns[name].astype(str)
                factors[name], note = as_factor(own.what, name, words)
        return factors, [f"factors: {', '.join(factors) or 'none'}", *notes]


def _single(names: tuple[str, ...], own: Own) -> list[str]:
    """Return names of columns, for which the names of groups may stand."""
    return [column for name in names for column in own.groups.get(name, (name,))]


def _split(
    images: np.ndarray, rows: np.ndarray, factors: Mapping[str, np.ndarray], own: Own
) -> Split:
    return Split(
        images,
        {name: values[rows] for name, values in factors.items()},
        {name: values[rows] for name, values in own.modalities.items()},
        np.array([own.names(int(row)) for row in rows]),
    )
