"""``rhd``: renderings of hands with their joints, of Zimmermann and Brox (2017), from files."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from harness.data.cache.arrays import cached_chunks
from harness.data.dataset import SplitName
from harness.data.files.photographs import decoded, digest_of, file_states, opened
from harness.data.files.pickles import read_pickle
from harness.datasets.hands.canonical_pose import JOINTS, MIDDLE_BASE
from harness.datasets.hands.crops import require_size
from harness.datasets.hands.photographs import HandFilesOptions, Hands, Root
from harness.errors import CorruptFileError, UserError

FOLDER = "RHD_published_v2"
"""The folder that RHD's archive unpacks to."""
PARTS: dict[SplitName, str] = {"train": "training", "test": "evaluation"}
SIZE = 320, 320
"""Width and height of an image, pixels."""
_REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and unpack "
    f"RHD's archive to FOLDER/{FOLDER} (or FOLDER/rhd), so that it holds training and evaluation, "
    "each with color, mask and anno_training.pickle or anno_evaluation.pickle (from "
    "https://lmb.informatik.uni-freiburg.de/resources/datasets/RenderedHandposeDataset.en.html). "
    "The dataset 'hands' needs no files."
)

_FIRST_RIGHT = 18
"""Labels of a mask: 0 background, 1 a person, 2 to 17 the left hand, then the right one."""


@dataclass(frozen=True)
class RhdOptions(HandFilesOptions):
    """RHD, 43,986 rendered hands, 21 joints, 256x256 RGB; from its files.

    Each of RHD's renderings shows one hand here: the one with more pixels in its mask. It is cut
    out as by hand3d's released code: a square about the middle finger's base that holds all
    visible joints, resized to 256x256; what lies outside the rendering is grey.

    Modalities are ``pose``, the joints relative to the root and divided by the bone between joints
    11 and 12; ``cpose``, the same turned so that joint 12 lies on the negative y axis and joint 20
    has z = 0 and x > 0, and mirrored (z to -z) of right hands; and ``viewpoint``, the rotation
    that undoes the turn. Factors are ``bone_mm``, that bone's length, ``right``, 1 for right
    hands, and for each joint ``wrist_x``, ``wrist_y`` (pixels of the crop) and ``visible_wrist``
    and so on. The palm's centre is the middle between wrist and joint 12; where it is the root, it
    stands in the wrist's place, and a crop need not reach the wrist. What content a rendering has
    is not known: methods of pairs cannot learn from RHD.
    """

    name: ClassVar[str] = "rhd"
    remedy: ClassVar[str] = _REMEDY

    root: Root = "palm"  # as in the evaluations on RHD by its authors and of later work

    def check(self, data_root: Path | None) -> None:
        """Read the labels and look for every image and mask; none is decoded."""
        for split, annotations in find_rhd(data_root).items():
            self._rows(split, len(annotations))
            annotations.require_files()

    def _hands(self, data_root: Path | None) -> dict[SplitName, Hands]:
        return {
            split: annotations.hands(self._rows(split, len(annotations)))
            for split, annotations in find_rhd(data_root).items()
        }


@dataclass(frozen=True, eq=False)
class Annotations:
    """The labels of the images of one part of RHD.

    Attributes:
        folder: ``training`` or ``evaluation``.
        names: of the files in its folders ``color`` and ``mask``.
        xyz: ``[N, 2, 21, 3]`` mm, of the left hand and of the right one.
        at: ``[N, 2, 21, 2]``, x and y in pixels.
        seen: ``[N, 2, 21]`` bool.
    """

    folder: Path
    names: tuple[str, ...]
    xyz: np.ndarray
    at: np.ndarray
    seen: np.ndarray

    def __len__(self) -> int:
        return len(self.names)

    def require_files(self) -> None:
        """Raise what :meth:`hands` would raise for the files of all images; none is decoded."""
        for of in ("color", "mask"):
            file_states(self.folder, [f"{of}/{name}" for name in self.names], _REMEDY)

    def hands(self, rows: np.ndarray) -> Hands:
        """Return the hand of each of some images that covers more of it.

        Raises:
            UserError: masks are missing.
            CorruptFileError: a mask is damaged or of another size.
        """
        masks = [f"mask/{self.names[row]}" for row in rows]
        right = cached_chunks(
            f"rhd-{self.folder.name}-sides",
            {"files": digest_of(self.folder, masks, _REMEDY)},
            (len(masks),),
            partial(decoded, self.folder, masks, _is_right),
            using=(_is_right,),
        ).astype(bool)
        side = right.astype(np.int64)
        return Hands(
            self.folder,
            tuple(f"color/{self.names[row]}" for row in rows),
            SIZE,
            _with_palm(self.xyz[rows, side]),
            _with_palm(self.at[rows, side]),
            _with_seen_palm(self.seen[rows, side]),
            right,
        )


def find_rhd(data_root: Path | None) -> dict[SplitName, Annotations]:
    """Return the labels of both parts.

    They are in ``data_root/rhd``, RHD's own folder there or in ``data_root``, or ``data_root``.

    Raises:
        UserError: there is no RHD, or not the whole of it.
        CorruptFileError: a pickle is damaged, or of anything else.
    """
    if data_root is None:
        raise UserError(f"The dataset 'rhd' needs a folder with data. {_REMEDY}")
    candidates = [data_root / "rhd", data_root / "rhd" / FOLDER, data_root / FOLDER, data_root]
    folder = next((at for at in candidates if (at / PARTS["train"]).is_dir()), None)
    if folder is None:
        looked = ", ".join(map(str, candidates))
        raise UserError(
            f"The dataset 'rhd' finds no folder {PARTS['train']} (looked in {looked}). {_REMEDY}"
        )
    pickles = {split: folder / part / f"anno_{part}.pickle" for split, part in PARTS.items()}
    missing = [str(path) for path in pickles.values() if not path.is_file()]
    if missing:
        raise UserError(f"Files of the dataset 'rhd' are missing: {', '.join(missing)}. {_REMEDY}")
    return {split: read_annotations(path) for split, path in pickles.items()}


def read_annotations(path: Path) -> Annotations:
    """Return the labels in a pickle of RHD's, in the order of the images' numbers.

    Raises:
        CorruptFileError: it is damaged or of another form.
    """
    content = read_pickle(path)
    if not isinstance(content, dict) or not all(isinstance(number, int) for number in content):
        raise _no_annotations(path, "it is no dict by the images' numbers")
    numbers = sorted(content)
    entries = [content[number] for number in numbers]
    xyz = _stacked(path, entries, "xyz")
    uv_vis = _stacked(path, entries, "uv_vis")
    return Annotations(
        path.parent,
        tuple(f"{number:05d}.png" for number in numbers),
        1000 * xyz,
        uv_vis[..., :2],
        uv_vis[..., 2] == 1,
    )


def _stacked(path: Path, entries: list[Any], name: str) -> np.ndarray:
    """Return ``[N, 2, 21, 3]`` float64 of all images' ``[42, 3]``, the left hand's first."""
    try:
        stacked = np.array([entry[name] for entry in entries], np.float64)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _no_annotations(path, f"{name!r} of an image: {error}") from error
    if entries and stacked.shape[1:] != (2 * len(JOINTS), 3):
        raise _no_annotations(path, f"{name!r} is of {stacked.shape[1:]}")
    if not np.isfinite(stacked).all():
        raise _no_annotations(path, f"not all numbers of {name!r} are finite")
    return stacked.reshape(-1, 2, len(JOINTS), 3)


def _no_annotations(path: Path, fault: str) -> CorruptFileError:
    return CorruptFileError(
        f"{path} is not what RHD has: by image number a dict with 'xyz' and 'uv_vis', 42 x 3 "
        f"numbers each ({fault}). Fetch it again."
    )


def _with_palm(joints: np.ndarray) -> np.ndarray:
    """Add the middle between wrist and middle finger's base to ``[N, 21, C]``."""
    palm = (joints[:, 0] + joints[:, MIDDLE_BASE]) / 2
    return np.concatenate([joints, palm[:, None]], axis=1)


def _with_seen_palm(seen: np.ndarray) -> np.ndarray:
    return np.column_stack([seen, seen[:, 0] | seen[:, MIDDLE_BASE]])


def _is_right(path: Path) -> np.ndarray:
    """Return 1 if a mask shows at least as much of the right hand as of the left, else 0."""
    with opened(path) as image:
        require_size(path, image.size, SIZE)
        labels = np.asarray(image)
    if labels.ndim != 2:
        raise CorruptFileError(
            f"{path} has {labels.shape[2]} channels; a mask's one, of labels, is expected. "
            "Unpack RHD's archive again."
        )
    left = np.count_nonzero((labels > 1) & (labels < _FIRST_RIGHT))
    return np.array(np.count_nonzero(labels >= _FIRST_RIGHT) >= left, np.uint8)
