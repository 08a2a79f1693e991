"""``mnist``: the 70,000 handwritten digits of MNIST, from their four IDX files."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from harness.data.dataset import WARP_FACTORS, Dataset, Split
from harness.data.files.find import find_files
from harness.data.obscured import ObscuredOptions, with_boxes
from harness.data.options import WarpOptions
from harness.data.usable import require_shape
from harness.datasets.mnist.idx import IMAGES, LABELS, check_idx, read_idx
from harness.errors import CorruptFileError

TRAIN_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
TEST_FILES = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")

_REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put into "
    f"FOLDER/mnist the files {', '.join(TRAIN_FILES + TEST_FILES)}, gzipped or not (from "
    "https://ossci-datasets.s3.amazonaws.com/mnist/). The datasets 'digits' and 'glyphs' need no "
    "files."
)


@dataclass(frozen=True)
class MnistOptions(ObscuredOptions, WarpOptions):
    """MNIST, 60,000 + 10,000 real handwritten digits, 28x28; from IDX files.

    The only options are those of the warp and of what is hidden.
    """

    name: ClassVar[str] = "mnist"
    published_epochs: ClassVar[int] = 2000  # VITAE, section "Details for MNIST experiments"
    published_batch_size: ClassVar[int] = 512
    identity_factor: ClassVar[str] = "label"

    def load(self, data_root: Path | None) -> Dataset:
        """Return MNIST, read from ``data_root/mnist`` or ``data_root``."""
        from harness.data.warp import apply_warp

        files = _find(data_root)
        dataset = Dataset(
            "mnist",
            "real",
            _read(files, TRAIN_FILES),
            _read(files, TEST_FILES),
            identity_factor=self.identity_factor,
            appearance_factors=("label",),
            pose_factors=WARP_FACTORS,
        )
        return with_boxes(apply_warp(dataset, self), self)

    def check(self, data_root: Path | None) -> None:
        """Look for the files and read through them without keeping them."""
        files = _find(data_root)
        for split, (images, labels) in (("training", TRAIN_FILES), ("test", TEST_FILES)):
            n_images, height, width = check_idx(files[images], IMAGES)
            require_shape(str(files[images]), split, (n_images, 1, height, width))
            n_labels = check_idx(files[labels], LABELS)[0]
            _require_match(files[images], n_images, files[labels], n_labels)


def _find(data_root: Path | None) -> dict[str, Path]:
    names = TRAIN_FILES + TEST_FILES
    return find_files("mnist", data_root, names, _REMEDY, endings=("", ".gz"))


def _read(files: dict[str, Path], names: tuple[str, str]) -> Split:
    images, labels = read_idx(files[names[0]], IMAGES), read_idx(files[names[1]], LABELS)
    _require_match(files[names[0]], len(images), files[names[1]], len(labels))
    return Split(images[:, None], {"label": labels.astype(np.int64)})


def _require_match(images: Path, n_images: int, labels: Path, n_labels: int) -> None:
    if n_images != n_labels:
        raise CorruptFileError(
            f"{images} holds {n_images} images but {labels} holds {n_labels} labels: "
            "they are not of the same set. Fetch both again."
        )
