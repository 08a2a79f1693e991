"""``dsprites``: dSprites of Matthey et al. (2017); procedural, or from its file."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from harness.data.files.find import find_one, state_of
from harness.datasets.grids.arrays import ImageArray, chosen_rows, open_images
from harness.datasets.grids.drawn import DrawnGridOptions
from harness.datasets.grids.dsprites.backgrounds import Background, painted, read_picture
from harness.datasets.grids.dsprites.drawn import draw
from harness.datasets.grids.indexing import Grid
from harness.datasets.grids.options import GridImages
from harness.datasets.grids.pixels import SIZE
from harness.errors import CorruptFileError

STEM = "dsprites_ndarray_co1sh3sc6or40x32y32_64x64"
FILES = (f"{STEM}.npz", f"{STEM}.hdf5")
PICTURES = ("scream.jpg", "scream.png")

_FOLDER = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put into "
    "FOLDER/dsprites"
)
_REMEDY = (
    f"{_FOLDER} the file {' or '.join(FILES)} (from "
    "https://github.com/google-deepmind/dsprites-dataset). dataset.source=procedural needs no "
    "files."
)
_PICTURE_REMEDY = (
    f"{_FOLDER} the picture {' or '.join(PICTURES)}: a photograph of Munch's painting, as "
    "disentanglement_lib takes it, or any picture. dataset.background=noise needs none."
)
_AT_ONCE = 512


@dataclass(frozen=True)
class DspritesOptions(DrawnGridOptions):
    """dSprites, 737,280 images of a square, ellipse or heart, 64x64; drawn or from its file.

    The identity, and all of the appearance, is the shape; its scale, orientation, x and y are
    pose, as if it came nearer, turned and moved. White objects are 255, black is 0. Of the 40
    orientations, 0 to 2 pi, the first and the last look alike; squares and ellipses look alike more
    often. ``procedural`` draws as the published images are drawn; see ``drawn.py`` for how well.

    Attributes:
        background: ``plain`` is black and white; ``color``, ``noise`` and ``scream`` are the three
            variants of disentanglement_lib, 64x64 RGB: an object of a random colour, on a
            background of noise, or inverted on a patch of a picture of yours (scream.jpg). What is
            random depends on the seed and on what the image shows.
        downscale: images are 64 or 32 pixels high and wide; 32 are means of four pixels.
    """

    name: ClassVar[str] = "dsprites"
    published_epochs: ClassVar[int] = 29
    published_batch_size: ClassVar[int] = 64
    identity_factor: ClassVar[str] = "shape"
    appearance_factors: ClassVar[tuple[str, ...]] = ("shape",)
    pose_factors: ClassVar[tuple[str, ...]] = ("scale", "orientation", "x", "y")
    grid: ClassVar[Grid] = Grid(shape=3, scale=6, orientation=40, x=32, y=32)
    categorical: ClassVar[tuple[str, ...]] = ("shape",)
    cyclic: ClassVar[Mapping[str, int]] = {"orientation": 39}  # its first and last are alike
    kept_in: ClassVar[str] = "dsprites"
    md5s: ClassVar[Mapping[str, str]] = {FILES[1]: "b331c4447a651c44bf5e8ae09022e230"}

    background: Background = "plain"
    downscale: Literal[1, 2] = 1

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        side = SIZE // self.downscale
        return 1 if self.background == "plain" else 3, side, side

    def images(self, data_root: Path | None) -> GridImages:
        """Return the drawn images, or those of the file, on the background asked for."""
        whole = self._whole(data_root)
        if self.downscale == 1:
            return whole
        read = partial(_halved, whole.read)
        return GridImages(whole.source, {**whole.key, "downscale": self.downscale}, read)

    def _whole(self, data_root: Path | None) -> GridImages:
        plain = super().images(data_root)
        if self.background == "plain":
            return plain
        key, picture = {**plain.key, "background": self.background}, None
        if self.background == "scream":
            path = find_one(self.kept_in, data_root, PICTURES, _PICTURE_REMEDY)
            picture = read_picture(path, SIZE)
            key |= {f"{name} of picture": of for name, of in state_of(path).items()}
        read = partial(_painted, plain.read, self.background, self.seed, picture)
        return GridImages(plain.source, key, read)

    def draw(self, factors: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return black and white images."""
        return draw(factors)

    def published(self, data_root: Path | None) -> GridImages:
        """Return the images of the file in ``data_root/dsprites`` or ``data_root``."""
        path = find_one(self.kept_in, data_root, FILES, _REMEDY)
        array = open_images(path, "imgs", self.grid, (SIZE, SIZE))
        return GridImages("real", state_of(path), partial(_read, array))


def _read(array: ImageArray, rows: np.ndarray) -> Iterator[np.ndarray]:
    """Yield images of the file, in which 1 is white."""
    for chunk in chosen_rows(array.chunks(_AT_ONCE), rows):
        if chunk.max() > 1:
            raise CorruptFileError(
                f"{array.path}: the images should be of 0 and 1, but there is a {chunk.max()}. "
                "Fetch it again."
            )
        yield 255 * chunk[:, None]


def _halved(
    read: Callable[[np.ndarray], Iterator[np.ndarray]], rows: np.ndarray
) -> Iterator[np.ndarray]:
    """Yield images of half the height and width; a pixel is the mean of four, rounded."""
    for images in read(rows):
        n, channels, height, width = images.shape
        fours = images.reshape(n, channels, height // 2, 2, width // 2, 2)
        yield fours.mean((3, 5)).round().astype(np.uint8)


def _painted(
    read: Callable[[np.ndarray], Iterator[np.ndarray]],
    background: Background,
    seed: int,
    picture: np.ndarray | None,
    rows: np.ndarray,
) -> Iterator[np.ndarray]:
    left = iter(rows.tolist())
    for chunk in read(rows):
        keys = [f"dsprites/{background}/{seed}/{next(left)}" for _ in chunk]
        whites = zip(chunk[:, 0] > 0, keys, strict=True)
        yield np.stack([painted(background, white, key, picture) for white, key in whites])
