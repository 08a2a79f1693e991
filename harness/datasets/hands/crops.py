"""The square of a photograph that shows a hand, as the released code of hand3d cuts it out.

hand3d is that of Zimmermann and Brox (ICCV 2017), whose readers of RHD and STB later work shares.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from harness.data.files.photographs import cached_photographs, opened
from harness.datasets.hands.canonical_pose import MIDDLE_BASE
from harness.errors import CorruptFileError

SIDE = 256
"""Height and width of a crop, pixels."""

# hand3d bounds the side by 50 and 500 pixels, and then its magnification by 1 and 10: of these
# four bounds two ever hold.
_SMALLEST, _LARGEST = 50.0, float(SIDE)
_UNSEEN = 200.0  # the side where no joint is visible
_OUTSIDE = (128, 128, 128)  # what lies beyond the photograph: 0 where pixels are in [-1, 1]


def squares_around(at: np.ndarray, seen: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return the square around each hand: x and y of its centre, and its side.

    The centre is the middle finger's base. The square reaches as far as the visible joint that is
    farthest from it along x or y, but no farther than the photograph does from the centre; its
    side is at least 50 and at most 256 pixels.

    Args:
        at: ``[N, 21, 2]``, x and y in pixels of the photograph; whole numbers are pixels' centres.
        seen: ``[N, 21]`` bool.
        size: width and height of the photograph.

    Returns:
        ``[N, 3]`` float64.
    """
    centre = at[:, MIDDLE_BASE].astype(np.float64)
    hidden = ~seen[:, :, None]
    lowest = np.where(hidden, np.inf, at).min(axis=1).clip(min=0)
    highest = np.where(hidden, -np.inf, at).max(axis=1).clip(max=size)
    reach = np.maximum(highest - centre, centre - lowest).max(axis=1)
    side = np.where(seen.any(axis=1), np.clip(2 * reach, _SMALLEST, _LARGEST), _UNSEEN)
    return np.concatenate([centre, side[:, None]], axis=1)


def in_square(at: np.ndarray, squares: np.ndarray, downscale: int) -> np.ndarray:
    """Return where points of photographs lie in their crops, ``[N, P, 2]``.

    Args:
        at: ``[N, P, 2]``, x and y in pixels of the photograph.
        squares: ``[N, 3]``, as :func:`squares_around` returns them.
        downscale: of the crops; whole numbers are the centres of their pixels.
    """
    centre, side = squares[:, None, :2], squares[:, None, 2:]
    coordinates: np.ndarray = ((at - centre) / side + 0.5) * (SIDE // downscale) - 0.5
    return coordinates


def cached_crops(
    label: str,
    folder: Path,
    names: Sequence[str],
    squares: np.ndarray,
    size: tuple[int, int],
    *,
    downscale: int,
    remedy: str,
) -> np.ndarray:
    """Return the crops of some photographs, decoded once and memory-mapped afterwards.

    Args:
        label: readable name of this selection.
        folder: where the photographs are.
        names: their paths below it, in order.
        squares: ``[N, 3]``, what to cut out of each; parts outside a photograph are grey.
        size: width and height of a photograph.
        downscale: squares of so many pixels a side of the 256x256 are averaged to one.
        remedy: what to do if files are missing.

    Returns:
        ``[N, 3, 256 / downscale, 256 / downscale]`` uint8.

    Raises:
        UserError: files are missing.
        CorruptFileError: a file is empty, truncated, damaged or of another size.
    """
    square_of = {folder / name: square for name, square in zip(names, squares, strict=True)}
    return cached_photographs(
        label,
        folder,
        names,
        (SIDE // downscale, SIDE // downscale),
        lambda path: _decode(path, square_of[path], size, downscale),
        remedy=remedy,
        cuts=squares,
    )


def _decode(path: Path, square: np.ndarray, size: tuple[int, int], downscale: int) -> np.ndarray:
    from PIL import Image

    x, y, side = (float(number) for number in square)
    # Pillow counts from a pixel's corner, so that its centre is at 0.5.
    box = x + 0.5 - side / 2, y + 0.5 - side / 2, x + 0.5 + side / 2, y + 0.5 + side / 2
    with opened(path) as image:
        require_size(path, image.size, size)
        crop = image.convert("RGB").transform(
            (SIDE, SIDE),
            Image.Transform.EXTENT,
            box,
            Image.Resampling.BILINEAR,
            fillcolor=_OUTSIDE,
        )
    return np.asarray(crop.reduce(downscale))


def require_size(path: Path, actual_size: tuple[int, int], size: tuple[int, int]) -> None:
    """Refuse an image that is not of the dataset's size, to which its joints refer.

    Raises:
        CorruptFileError: it is not.
    """
    if actual_size != size:
        raise CorruptFileError(
            f"{path} is of {actual_size[0]}x{actual_size[1]} pixels; {size[0]}x{size[1]} are "
            "expected. Unpack the dataset's own images there again."
        )
