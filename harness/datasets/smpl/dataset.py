"""``smpl``: the renderings of SMPL bodies that VITAE was trained on, from their two npz files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np

from harness.data.dataset import Dataset, Split, SplitName
from harness.data.files.find import find_files
from harness.data.files.npz import NpzArray, open_npz
from harness.data.options import DatasetOptions
from harness.datasets.bodies import ANGLES, SHAPE_FACTORS, assigned
from harness.datasets.smpl.images import cached_images
from harness.errors import CorruptFileError
from models.hyperparameters import Added

FILES: dict[SplitName, str] = {"train": "training.npz", "test": "testing.npz"}

_REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put into "
    f"FOLDER/smpl the files {' and '.join(FILES.values())}, each with the arrays 'data' and "
    "'labels'. VITAE's own renderings were not published; the dataset 'bodies' needs no files."
)


@dataclass(frozen=True)
class SmplOptions(DatasetOptions):
    """Renderings of SMPL bodies, 400x200 grey; from VITAE's npz files.

    ``data`` is ``[N, H, W]`` or ``[N, 1, H, W]``: uint8, where 0..255 stands for [0, 1], or of a
    floating type, in [0, 1]. Images twice as high as wide of another size than 400x200 (VITAE's
    released code also has 428x214) are resampled to that; other shapes are refused.

    ``labels`` of ``[N]`` are whole numbers, kept as the factor ``label``: what they number in
    VITAE's own files was never documented, so it is neither of appearance nor of pose. With two
    dimensions its columns are ``shape_0`` to ``shape_9``, the coefficients of the body's shape;
    then, if there are more, ``pose``, the index 0-3 of a pose (VITAE, supplement, Table 2); then,
    if there are more, the angles ``left_shoulder``, ``right_shoulder``, ``left_arm`` and
    ``right_arm`` in radians.

    Attributes:
        downscale: images are averaged over squares of so many pixels a side.
        appearance: which of the two kinds of factors is a score's appearance; see ``bodies``.
    """

    name: ClassVar[str] = "smpl"
    published_epochs: ClassVar[int] = 5000  # VITAE, supplement, section 2
    published_batch_size: ClassVar[int] = 256

    downscale: Literal[1, 2, 4] = 1
    appearance: Annotated[Literal["pose", "shape"], Added(before="shape")] = "pose"

    def load(self, data_root: Path | None) -> Dataset:
        """Return the renderings, read from ``data_root/smpl`` or ``data_root`` and cached."""
        splits = {}
        for split, path in _find(data_root).items():
            data, labels = _arrays(path)
            images = cached_images(split, data, self.downscale)
            splits[split] = Split(images, _factors(labels))
        return assigned(Dataset("smpl", "real", splits["train"], splits["test"]), self.appearance)

    def check(self, data_root: Path | None) -> None:
        """Look for the files and at what they say they hold; their pixels are not read."""
        for path in _find(data_root).values():
            _factors(_arrays(path)[1])


def _find(data_root: Path | None) -> dict[SplitName, Path]:
    paths = find_files("smpl", data_root, tuple(FILES.values()), _REMEDY)
    return {split: paths[name] for split, name in FILES.items()}


def _arrays(path: Path) -> list[NpzArray]:
    """Return ``data`` and ``labels`` of a file.

    Raises:
        CorruptFileError: they are not what the options describe.
    """
    data, labels = open_npz(path, ("data", "labels"))
    *channels, height, width = data.shape[1:] if len(data.shape) in (3, 4) else (0, 0, 0)
    if channels not in ([], [1]) or height != 2 * width:
        raise CorruptFileError(
            f"{path}: the array 'data' has the shape {data.shape}; grey images [N, H, W] or "
            "[N, 1, H, W] twice as high as wide are expected, best of 400x200."
        )
    if data.dtype != np.uint8 and data.dtype.kind != "f":
        raise CorruptFileError(
            f"{path}: the array 'data' is of {data.dtype}; uint8 or a floating type is expected."
        )
    if labels.shape[0] != data.shape[0] or len(labels.shape) > 2:
        raise CorruptFileError(
            f"{path}: the arrays 'data' {data.shape} and 'labels' {labels.shape} are not of the "
            "same images."
        )
    return [data, labels]


def _factors(labels: NpzArray) -> dict[str, np.ndarray]:
    values = labels.whole()
    if values.ndim == 1:
        columns = {"label": values}
    else:
        names = (*SHAPE_FACTORS, "pose", *ANGLES)
        if values.shape[1] not in (len(SHAPE_FACTORS), len(SHAPE_FACTORS) + 1, len(names)):
            raise CorruptFileError(
                f"{labels.path}: the array 'labels' has {values.shape[1]} columns. "
                f"One-dimensional labels, or the first 10, 11 or 15 of these are expected: "
                f"{', '.join(names)}."
            )
        columns = dict(zip(names, values.T, strict=False))
    return {name: _factor(labels, name, column) for name, column in columns.items()}


def _factor(labels: NpzArray, name: str, values: np.ndarray) -> np.ndarray:
    if not np.isfinite(values).all():
        raise CorruptFileError(f"{labels.path}: the labels of {name!r} are not all finite numbers.")
    if name not in ("label", "pose"):
        return values.astype(np.float32)
    whole = values.astype(np.int64)
    if (whole != values).any():
        raise CorruptFileError(f"{labels.path}: the labels of {name!r} are not all whole numbers.")
    return whole
