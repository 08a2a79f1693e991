"""The real forms of ``people``: Market-1501's folders, and lists of identities and paths."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.data.dataset import SplitName
from harness.errors import CorruptFileError, UserError

FOLDERS = ("bounding_box_train", "bounding_box_test", "query")
LISTS = ("train.csv", "test.csv", "query.csv")
MARKET = "Market-1501-v15.09.15"
"""The folder that Market-1501's archive unpacks to."""

REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put into "
    f"FOLDER/people either Market-1501's folders {', '.join(FOLDERS)}, or the lists {LISTS[0]} and "
    f"{LISTS[1]} (and {LISTS[2]}, if you have one) with a line identity,relative_path for each "
    "image. dataset.source=procedural needs no files."
)
_NAME = re.compile(r"(-1|\d{4,})_c(\d+)s\d+_\d+_\d+(\.jpg)+", re.IGNORECASE)
_JUNK = "-1"


@dataclass(frozen=True, eq=False)
class Listing:
    """The images of one split, identity by identity.

    Attributes:
        folder: what their names are relative to.
        names: paths of the files.
        identity: ``[N]`` int64, the same number for the same person.
        camera: ``[N]`` int64; where it is not known, each image is by a camera of its own.
        query: ``[N]`` int64, 1 for what is searched for, 0 for what is searched through; None
            where the split does not tell them apart.
    """

    folder: Path
    names: tuple[str, ...]
    identity: np.ndarray
    camera: np.ndarray
    query: np.ndarray | None

    def first(self, n: int | None) -> "Listing":
        """Return the first ``n`` images; None for all of them."""
        query = None if self.query is None else self.query[:n]
        return Listing(self.folder, self.names[:n], self.identity[:n], self.camera[:n], query)


@dataclass(frozen=True)
class _Entry:
    identity: str
    name: str
    query: int


def find_people(data_root: Path | None) -> dict[SplitName, Listing]:
    """Return the splits in ``data_root/people``, Market's own folder or ``data_root``.

    Images of the identity -1, Market's junk, are left out: no measure may count them. Market's
    distractors, 0000, belong to nobody: each is an identity of its own, after all others.

    Raises:
        UserError: there is nothing of the known forms, or nothing to make pairs of.
        CorruptFileError: a name or a line is not of its form.
    """
    if data_root is None:
        raise UserError(f"The dataset 'people' with source=real needs a folder with data. {REMEDY}")
    candidates = [data_root / "people", data_root / MARKET, data_root]
    for folder in candidates:
        if (folder / FOLDERS[0]).is_dir():
            return _checked(folder, *_market(folder))
        if (folder / LISTS[0]).is_file():
            return _checked(folder, *_lists(folder))
    looked = ", ".join(map(str, candidates))
    raise UserError(
        f"The dataset 'people' finds neither {FOLDERS[0]} nor {LISTS[0]} (looked in {looked}). "
        f"{REMEDY}"
    )


def _market(folder: Path) -> tuple[list[_Entry], list[_Entry]]:
    missing = [name for name in FOLDERS if not (folder / name).is_dir()]
    if missing:
        raise UserError(
            f"The dataset 'people' is incomplete: {folder} holds {FOLDERS[0]}, but no folder "
            f"{' and '.join(missing)}. Unpack Market-1501 there again."
        )
    entries: dict[str, list[_Entry]] = {}
    for part in FOLDERS:
        names = sorted(p.name for p in (folder / part).iterdir() if p.suffix.lower() == ".jpg")
        entries[part] = [
            _Entry(_market_name(folder / part, name)[1], f"{part}/{name}", int(part == "query"))
            for name in names
        ]
    train, test, query = (entries[part] for part in FOLDERS)
    return train, query + test


def _market_name(folder: Path, name: str) -> re.Match[str]:
    matched = _NAME.fullmatch(name)
    if not matched:
        raise CorruptFileError(
            f"{folder / name}: images of Market-1501 are named like 0002_c1s1_000451_03.jpg "
            "(identity, camera and sequence, frame, box). Remove it, or write a list of identities "
            f"and paths, {LISTS[0]}, beside {FOLDERS[0]}'s images in a folder of its own."
        )
    return matched


def _lists(folder: Path) -> tuple[list[_Entry], list[_Entry]]:
    train, test, query = (folder / name for name in LISTS)
    if not test.is_file():
        raise UserError(f"The dataset 'people' is incomplete: there is no {test}. {REMEDY}")
    asked = _read(query, 1) if query.is_file() else []
    return _read(train, 0), asked + _read(test, 0)


def _read(path: Path, query: int) -> list[_Entry]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise CorruptFileError(f"{path} is no text file ({error}). Write it again.") from error
    entries = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        identity, comma, name = (part.strip() for part in line.partition(","))
        if not comma or not identity or not name or Path(name).is_absolute():
            raise CorruptFileError(
                f"{path}, line {number}: {line[:60]!r} is not identity,relative_path, such as "
                "0002,images/0002_c1s1_000451_03.jpg. Mend the line."
            )
        entries.append(_Entry(identity, name, query))
    return entries


def _checked(folder: Path, train: list[_Entry], test: list[_Entry]) -> dict[SplitName, Listing]:
    if shared := {e.identity for e in train} & {e.identity for e in test if not _is_nobody(e)}:
        raise UserError(
            f"{folder}: the identity {min(shared)} and {len(shared) - 1} more are for training and "
            "for the test, which is to be of people not seen before. Take them out of one."
        )
    listings: dict[SplitName, Listing] = {}
    for split, entries in (("train", train), ("test", test)):
        listing = _listing(folder, entries, has_queries=any(e.query for e in entries))
        listings[split] = listing  # type: ignore[index]  # a loop's variable is no literal
        people, images = np.unique(listing.identity, return_counts=True)
        if len(people) < 2 or images.max() < 2:
            raise UserError(
                f"{folder}: the {len(listing.names)} images of the {split} split show "
                f"{len(people)} identities; at least two are needed, and two images of one of "
                "them, because methods learn from pairs of the same and are asked to swap two."
            )
    return listings


def _listing(folder: Path, entries: Sequence[_Entry], *, has_queries: bool) -> Listing:
    people = sorted({e.identity for e in entries if not _is_nobody(e)}, key=_by_number)
    number = {identity: n for n, identity in enumerate(people)}
    without_junk = [e for e in entries if not (_named_as_markets(e) and e.identity == _JUNK)]
    last = len(people)
    identity = np.array(
        [number.get(e.identity, last + i) for i, e in enumerate(without_junk)], np.int64
    )
    order = np.argsort(identity, kind="stable")
    without_junk = [without_junk[row] for row in order]
    cameras = [_NAME.fullmatch(Path(e.name).name) for e in without_junk]
    known = [int(matched[2]) for matched in cameras if matched]
    camera = known if len(known) == len(without_junk) else range(len(without_junk))
    return Listing(
        folder,
        tuple(e.name for e in without_junk),
        identity[order],
        np.array(camera, np.int64),
        np.array([e.query for e in without_junk], np.int64) if has_queries else None,
    )


def _is_nobody(entry: _Entry) -> bool:
    """Whether an image is junk or a distractor, 0000, neither of which is searched for."""
    return _named_as_markets(entry) and entry.identity.lstrip("0") in (_JUNK, "")


def _named_as_markets(entry: _Entry) -> bool:
    """Whether a file is named as Market's are; elsewhere 0 is a person as any other."""
    return _NAME.fullmatch(Path(entry.name).name) is not None


def _by_number(identity: str) -> tuple[int, str]:
    return (int(identity), "") if identity.isdigit() else (2**62, identity)
