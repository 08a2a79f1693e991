"""ShoeV2 of Yu et al., "Sketch Me That Shoe": its folders, its lists and its sketches."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.data.dataset import SplitName
from harness.data.files.photographs import file_states, opened
from harness.errors import CorruptFileError, UserError

PHOTOGRAPHS, SKETCHES = "ShoeV2_photo", "ShoeV2_sketch"
LISTS: dict[SplitName, tuple[str, str]] = {
    "train": ("photo_train.txt", "sketch_train.txt"),
    "test": ("photo_test.txt", "sketch_test.txt"),
}
REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put into "
    f"FOLDER/shoes ShoeV2's folders {PHOTOGRAPHS} (ID.png) and {SKETCHES} (ID_NUMBER.png) with the "
    "lists photo_train.txt, photo_test.txt, sketch_train.txt and sketch_test.txt. "
    "dataset.source=procedural needs no files."
)

_PHOTOGRAPH = re.compile(r"([\w-]+?)(?:\.png)?", re.ASCII)
_SKETCH = re.compile(r"([\w-]+)_(\d+)(?:\.png)?", re.ASCII)
_INK = 0.2  # the share of a pixel that must be dark: a stroke may be thinner than a pixel


@dataclass(frozen=True)
class Pairs:
    """The pairs of a split and its sketches without photographs, as paths below a folder.

    Attributes:
        folder: what the paths are relative to.
        photographs: of each pair; one for each of its sketches, these standing in a row.
        sketches: of each pair.
        alone: sketches of no photograph of the split.
        notes: what was left out, a line each.
    """

    folder: Path
    photographs: tuple[str, ...]
    sketches: tuple[str, ...]
    alone: tuple[str, ...]
    notes: tuple[str, ...]

    def first(self, n: int | None) -> "Pairs":
        """Return the first ``n`` pairs; None for all of them."""
        return Pairs(self.folder, self.photographs[:n], self.sketches[:n], self.alone, self.notes)

    def require_files(self) -> None:
        """Raise if files are missing or empty; none is decoded."""
        file_states(self.folder, [*dict.fromkeys(self.photographs)], REMEDY)
        file_states(self.folder, [*self.sketches, *self.alone], REMEDY)

    @property
    def photograph(self) -> np.ndarray:
        """The number of each pair's photograph, ``[N]`` int64 from 0."""
        numbers = {name: i for i, name in enumerate(dict.fromkeys(self.photographs))}
        return np.array([numbers[name] for name in self.photographs], np.int64)


def find_pairs(data_root: Path | None) -> dict[SplitName, Pairs]:
    """Return the splits that lie in ``data_root/shoes``, ``data_root/ShoeV2`` or ``data_root``.

    Raises:
        UserError: there is no such folder, it lacks lists, or a split has no pairs.
        CorruptFileError: a list names what cannot be a photograph or a sketch, or one twice.
    """
    if data_root is None:
        raise UserError(f"The dataset 'shoes' with source=real needs a folder with data. {REMEDY}")
    candidates = [data_root / "shoes", data_root / "ShoeV2", data_root]
    folder = next((each for each in candidates if (each / PHOTOGRAPHS).is_dir()), None)
    if folder is None:
        looked = ", ".join(map(str, candidates))
        raise UserError(
            f"The dataset 'shoes' finds no folder {PHOTOGRAPHS} (looked in {looked}). {REMEDY}"
        )
    lists = [folder / name for both in LISTS.values() for name in both]
    missing = [path.name for path in lists if not path.is_file()]
    if missing or not (folder / SKETCHES).is_dir():
        what = ", ".join(missing) or SKETCHES
        raise UserError(f"The dataset 'shoes' is incomplete: {folder} lacks {what}. {REMEDY}")
    return {split: _pairs(folder, split) for split in LISTS}


def _pairs(folder: Path, split: SplitName) -> Pairs:
    of_photographs, of_sketches = (folder / name for name in LISTS[split])
    photographs = [named[1] for named in _read(of_photographs, _PHOTOGRAPH, "ID.png")]
    sketches: dict[str, list[str]] = {name: [] for name in photographs}
    alone = []
    for named in _read(of_sketches, _SKETCH, "ID_NUMBER.png"):
        path = f"{SKETCHES}/{named[1]}_{named[2]}.png"
        if named[1] in sketches:
            sketches[named[1]].append(path)
        else:
            alone.append(path)
    pairs = [(f"{PHOTOGRAPHS}/{name}.png", path) for name in photographs for path in sketches[name]]
    if not pairs:
        raise UserError(
            f"{of_sketches}: no sketch belongs to a photograph of {of_photographs.name}, so that "
            "there are no pairs. A sketch ID_NUMBER.png belongs to the photograph ID.png; check "
            "that the lists are of the same split."
        )
    without = sum(not paths for paths in sketches.values())
    notes = [f"{without} {split} photographs have no sketch and are left out."] if without else []
    if alone and split == "test":
        notes.append(f"{len(alone)} test sketches have no photograph and are left out.")
        alone = []
    of_pairs, drawn = (tuple(names) for names in zip(*pairs, strict=True))
    return Pairs(folder, of_pairs, drawn, tuple(alone), tuple(notes))


def _read(path: Path, form: re.Pattern[str], expected: str) -> list[re.Match[str]]:
    """Return the names in a list, one a line, matched to their form."""
    names: dict[tuple[str, ...], re.Match[str]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise CorruptFileError(f"{path} is no text ({error}). Fetch it again.") from error
    for number, line in enumerate(lines, 1):
        name = line.strip()
        if not name:
            continue
        matched = form.fullmatch(name)
        if not matched:
            raise CorruptFileError(
                f"{path}, line {number}: '{name[:80]}' is not of the form {expected}. Fetch the "
                "list again, or correct the line."
            )
        if matched.groups() in names:
            raise CorruptFileError(
                f"{path}, line {number}: '{name[:80]}' is listed twice. Remove one of the lines."
            )
        names[matched.groups()] = matched
    return list(names.values())


def decode_strokes(path: Path, side: int) -> np.ndarray:
    """Return the strokes of a sketch, dark on bright or transparent ground.

    Args:
        path: the file.
        side: height and width of the result.

    Returns:
        ``[side, side, 1]`` uint8: 255 where a fifth of a pixel or more is dark, else 0.

    Raises:
        CorruptFileError: the file is no image.
    """
    from PIL import Image

    with opened(path) as image:
        drawn = image.convert("RGBA")
        paper = Image.new("RGBA", drawn.size, "white")
        grey = Image.alpha_composite(paper, drawn).convert("L")
        dark = grey.point(lambda value: 255 if value < 128 else 0)
        small = dark.resize((side, side), Image.Resampling.BOX)
    return np.where(np.asarray(small) >= 255 * _INK, 255, 0).astype(np.uint8)[..., None]
