"""Image files of any mode and size: what each is, and its pixels at one size."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from harness.data.cache.arrays import cached, with_progress
from harness.data.files.photographs import threads
from harness.data.own.content import Files, States, digest_of
from harness.data.own.images import Take
from harness.errors import CorruptFileError

if TYPE_CHECKING:
    from PIL import Image

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff")
"""Endings of the names of image files."""

Fit = Literal["crop", "pad", "stretch"]
"""How an image of another shape becomes one of the size: cut its longer side, fill up the shorter
one with black, or change its shape."""

_SHOWN = 20
_AT_ONCE = 256
_ORIENTATION = 0x0112  # the EXIF tag
_GREY = ("1", "L", "LA", "La")
_DEEP = ("I;16", "I;16L", "I;16B", "I;16N", "I")  # 16 bits of grey; "I" by older versions of Pillow

Damage = dict[str, str]
"""What is wrong with files, by their paths."""


@dataclass(frozen=True)
class Target:
    """What all images are made into.

    Attributes:
        channels: 1 for grey, 3 for colour.
        height: pixels.
        width: pixels.
        fit: how images of another shape get there.
    """

    channels: int
    height: int
    width: int
    fit: Fit


def survey(files: Files, states: States) -> np.ndarray:
    """Return height, width and channels (1 or 3) of files, ``[N, 3]``; no pixels are decoded.

    It is remembered for as long as their ``states`` stay the same.

    Raises:
        CorruptFileError: files are no images; says which.
    """

    def chunks() -> Iterator[np.ndarray]:
        for described, wrong in _in_threads(files, _described, (0, 0, 0)):
            if wrong:  # all are named at once, those too whose damage only decoding shows
                every = (each for _, each in _in_threads(files, _loaded, 0))
                require_sound({path: what for each in every for path, what in each.items()})
            yield described

    def make() -> np.ndarray:
        return np.concatenate(list(with_progress("image files", len(files), chunks())))

    return cached("survey", {"files": digest_of(states)}, make)


def opened(files: Files, target: Target, wanted: np.ndarray) -> Take:
    """Return what decodes the files of some indices.

    Where one is damaged, all others of those ``wanted``, ``[k]``, are looked at too, so that all
    damaged ones are named at once.
    """
    names = np.array(list(files), object)
    black = np.zeros((target.channels, target.height, target.width), np.uint8)

    def decode_all(rows: np.ndarray) -> Iterator[tuple[np.ndarray, Damage]]:
        of = {name: files[name] for name in names[rows]}
        return _in_threads(of, lambda path: decode(path, target), black)

    def take(rows: np.ndarray) -> np.ndarray:
        parts = list(decode_all(rows))
        if any(wrong for _, wrong in parts):
            others = (wrong for _, wrong in decode_all(np.unique(wanted)))
            require_sound({path: what for wrong in others for path, what in wrong.items()})
        return np.concatenate([pixels for pixels, _ in parts])

    return take


def require_sound(damage: Damage) -> None:
    """Refuse damaged files, all at once.

    Raises:
        CorruptFileError: names the first twenty and how many there are.
    """
    if not damage:
        return
    lines = [f"  {name}: {what}" for name, what in list(damage.items())[:_SHOWN]]
    more = [f"  and {len(damage) - _SHOWN:,} more"] if len(damage) > _SHOWN else []
    raise CorruptFileError(
        "\n".join(
            [
                f"{len(damage):,} image files are damaged or no images. Mend or remove them:",
                *lines,
                *more,
            ]
        )
    )


def _in_threads(
    files: Files, look: Callable[[str], object], nothing: object
) -> Iterator[tuple[np.ndarray, Damage]]:
    """Yield what ``look`` returns of files, stacked; ``nothing`` of those that are damaged."""

    def attempt(path: str) -> tuple[object, str]:
        try:
            return look(path), ""
        except Exception as error:  # Pillow raises whatever its readers of formats raise
            return nothing, str(error).replace(f" {path!r}", "") or type(error).__name__

    paths = list(files.values())
    with ThreadPoolExecutor(threads()) as pool:
        for start in range(0, len(paths), _AT_ONCE):
            part = paths[start : start + _AT_ONCE]
            seen = list(pool.map(attempt, part))
            damage = {path: what for path, (_, what) in zip(part, seen, strict=True) if what}
            yield np.stack([np.asarray(found) for found, _ in seen]), damage


def _loaded(path: str) -> int:
    """Decode a file for the errors that this raises."""
    from PIL import Image

    _described(path)
    with Image.open(path) as image:
        image.load()
    return 0


def _described(path: str) -> tuple[int, int, int]:
    from PIL import Image

    with Image.open(path) as image:
        width, height = image.size
        # In a PNG file it may also follow the pixels: to look there would decode them all.
        has_exif = image.format != "PNG" or "exif" in image.info
        turned = has_exif and image.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
        _require_known(image)
        channels = 1 if _is_grey(image) else 3
    return (width, height, channels) if turned else (height, width, channels)


def _require_known(image: "Image.Image") -> None:
    if image.mode == "F":
        raise ValueError("floating-point pixels of no known range; save them as an array instead")


def _is_grey(image: "Image.Image") -> bool:
    if image.mode == "P":
        palette = image.getpalette("RGB") or [0]
        colours = np.array(palette[: len(palette) // 3 * 3]).reshape(-1, 3)
        return bool((colours == colours[:, :1]).all())
    return image.mode in (*_GREY, *_DEEP)


def decode(path: str | Path, target: Target) -> np.ndarray:
    """Return the pixels of a file, ``[C, H, W]`` uint8.

    It is turned as its EXIF orientation says. What is transparent becomes black, of 16 bits the
    upper 8 remain, and of several pages the first.

    Raises:
        OSError: and whatever else Pillow raises of a damaged file.
    """
    from PIL import Image, ImageOps

    with Image.open(path) as opened:
        opened.load()  # a truncated file is found here
        image = ImageOps.exif_transpose(opened)
        shown = _fitted(_plain(image, target.channels), target)
    pixels = np.asarray(shown)
    return pixels[None] if target.channels == 1 else pixels.transpose(2, 0, 1)


def _plain(image: "Image.Image", channels: int) -> "Image.Image":
    """Return an image of 8 bits a channel, grey or colour, without transparency."""
    from PIL import Image

    _require_known(image)
    mode = "L" if channels == 1 else "RGB"
    if image.mode in _DEEP:
        values = np.asarray(image).astype(np.int64)
        if values.min() < 0 or values.max() > 65535:
            raise ValueError(f"whole numbers from {values.min()} to {values.max()}, beyond 16 bits")
        return Image.fromarray(np.rint(values / 257).astype(np.uint8)).convert(mode)
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        black = Image.new("RGBA", seen.size, (0, 0, 0, 255))
        return Image.alpha_composite(black, seen).convert(mode)
    return image.convert(mode)


def _fitted(image: "Image.Image", target: Target) -> "Image.Image":
    from PIL import Image, ImageOps

    size, how = (target.width, target.height), Image.Resampling.BILINEAR
    if image.size == size:
        return image
    if target.fit == "crop":
        return ImageOps.fit(image, size, how)
    if target.fit == "pad":
        return ImageOps.pad(image, size, how)
    return image.resize(size, how)


def found_files(folder: Path) -> list[str]:
    """Return the paths of all image files below a folder, with ``/``, sorted; none hidden."""
    found, seen = [], set()
    for place, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:  # a link to a folder above
            folders.clear()
            continue
        seen.add(real)
        folders[:] = [name for name in folders if not name.startswith(".")]
        below = Path(place).relative_to(folder).as_posix()
        prefix = "" if below == "." else f"{below}/"
        found += [
            f"{prefix}{name}"
            for name in names
            if name.lower().endswith(ENDINGS) and not name.startswith(".")
        ]
    return sorted(found)
