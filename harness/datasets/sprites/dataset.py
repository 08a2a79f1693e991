"""``sprites``: characters of a game in poses of several actions; procedural, or from files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge

from harness.data.dataset import DataSource, SplitName
from harness.data.identity_frames import Chosen, IdentityFrames, IdentityFramesOptions
from harness.data.identity_order import require_variety, split_off
from harness.datasets.sprites import lpc, reed
from harness.datasets.sprites.drawn import N_CHARACTERS, SIZE, drawn_sprites
from harness.errors import UserError

_REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put into a "
    "folder of it whose name begins with 'sprites' either the files sprites_<n>.mat of Reed et al. "
    f"(nips2015-analogy-data.tar.gz) or {lpc.FILE}, the sprites of Li and Mandt. "
    "dataset.source=procedural needs no files."
)


@dataclass(frozen=True)
class SpritesOptions(IdentityFramesOptions):
    """Characters of a game in poses, 64x64 RGB; procedural, or from files.

    An identity is a character, a frame its pose: action, direction looked to, and phase. Test
    characters are not among those for training.

    ``procedural`` has the shapes of Reed's: 672 characters in 172 frames, of five actions from four
    views; where Reed's shoot with a bow, these jump. ``real`` takes the files that it finds in a
    folder of ``data_root`` whose name begins with ``sprites``: the ``sprites_<n>.mat`` of Reed et
    al. (672 characters, 172 frames), whose 60x60 pixels are interpolated to 64x64, or the ``.npz``
    of Li and Mandt (1,296 characters, 72 frames). A quarter of the characters is for the test, but
    where Reed's ``sprites_splits.mat`` is there those it does not list for training.

    Attributes:
        source: drawn, or read from files.
        weapons: of two characters of Reed that differ in their weapon alone, which most frames do
            not show, ``one`` takes the first, as RoDi does, ``both`` takes both. Li and Mandt's
            have none.
        downscale: images are 64 or 32 pixels high and wide.
        n_train: the first so many training images; None for all. Any first few show about the same
            share of the characters as of the frames.
        n_test: the same of the test images.
    """

    name: ClassVar[str] = "sprites"
    # RoDi gives no training of its sprites; its others take 100,000 steps, here of 64 pairs.
    published_epochs: ClassVar[int] = 148
    published_batch_size: ClassVar[int] = 64

    source: DataSource = "procedural"
    weapons: Literal["one", "both"] = "one"
    downscale: Literal[1, 2] = 1
    n_train: Annotated[int, Ge(1)] | None = None
    n_test: Annotated[int, Ge(1)] | None = None

    @property
    def _size(self) -> int:
        return SIZE // self.downscale

    def _chosen(self, data_root: Path | None) -> dict[SplitName, Chosen]:
        if self.source == "procedural":
            return _drawn(self._of_twins(np.arange(N_CHARACTERS)))
        folder = _find(data_root)
        if (folder / lpc.FILE).is_file():
            return _lpc(folder / lpc.FILE)
        files = reed.character_files(folder)
        return _reed(folder, files, self._of_twins(np.arange(len(files))))

    def _of_twins(self, numbers: np.ndarray) -> np.ndarray:
        """Return the even numbers, or all: a character's twin has the next, odd number."""
        return numbers[numbers % 2 == 0] if self.weapons == "one" else numbers


def _drawn(numbers: np.ndarray) -> dict[SplitName, Chosen]:
    return _of(drawn_sprites(numbers), split_off("sprites", numbers // 2, 0.25))


def _lpc(path: Path) -> dict[SplitName, Chosen]:
    images = lpc.read_lpc(path)
    numbers = images.of_identity["identity"]
    require_variety(f"characters in {path}", len(numbers), len(np.unique(images.of_frame["frame"])))
    return _of(images, split_off(images.name, numbers, 0.25))


def _reed(folder: Path, files: list[Path], numbers: np.ndarray) -> dict[SplitName, Chosen]:
    images = reed.read_reed([files[number] for number in numbers], numbers)
    path = folder / reed.SPLITS
    if not path.is_file():
        return _of(images, split_off(images.name, numbers // 2, 0.25))
    for_training = np.isin(numbers, reed.training_numbers(path))
    chosen: dict[SplitName, np.ndarray] = {
        "train": np.flatnonzero(for_training),
        "test": np.flatnonzero(~for_training),
    }
    for split, rows in chosen.items():
        if len(rows) < 2:
            raise UserError(
                f"{path} leaves {len(rows)} of the {len(numbers)} characters in {folder} for the "
                f"{split} split; two are needed at least. Take it away for a split of Unbraid's."
            )
    return _of(images, chosen)


def _of(images: IdentityFrames, chosen: dict[SplitName, np.ndarray]) -> dict[SplitName, Chosen]:
    return {split: (images, characters) for split, characters in chosen.items()}


def _find(data_root: Path | None) -> Path:
    """Return the folder that holds one of the known layouts."""
    if data_root is None:
        raise UserError(f"The real sprites need a folder with data. {_REMEDY}")
    folders = [path for path in sorted(data_root.glob("sprites*")) if path.is_dir()]
    candidates = [
        (folder, layout)
        for folder in (*folders, data_root)
        for layout, pattern in (("Li and Mandt's", lpc.FILE), ("Reed's", "sprites_*.mat"))
        if any(folder.glob(pattern))
    ]
    if not candidates:
        looked = ", ".join(str(folder) for folder in (*folders, data_root))
        raise UserError(f"Files of the sprites are missing (looked in {looked}). {_REMEDY}")
    if len(candidates) > 1:
        listed = " and ".join(f"{layout} in {folder}" for folder, layout in candidates)
        raise UserError(
            f"Several sets of sprites were found: {listed}. Choose one with data_root=FOLDER, "
            "naming the folder itself."
        )
    return candidates[0][0]
