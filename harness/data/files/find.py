"""Finds the files of a dataset, and the state that a cache of them depends on."""

from collections.abc import Sequence
from pathlib import Path

from harness.errors import UserError


def state_of(path: Path) -> dict[str, str | int]:
    """Return path, size and time of change of a file: the cache key of what is made of it."""
    stat = path.stat()
    return {"path": str(path.resolve()), "size": stat.st_size, "mtime": stat.st_mtime_ns}


def find_files(
    dataset: str,
    data_root: Path | None,
    names: Sequence[str],
    remedy: str,
    *,
    endings: Sequence[str] = ("",),
    optional: Sequence[str] = (),
    folders: Sequence[Path] | None = None,
) -> dict[str, Path]:
    """Return the paths of a dataset's files, by their names.

    Args:
        dataset: its name.
        data_root: folder with real data files.
        names: what has to be there.
        remedy: what to do if it is not.
        endings: what a name may end in, the likeliest first.
        optional: more names; those that are not there are left out.
        folders: where files are looked for, the likeliest first; None for ``data_root/<dataset>``
            and ``data_root``.

    Raises:
        UserError: there is no ``data_root``, or some of ``names`` are missing; each is named.
    """
    if data_root is None:
        raise UserError(f"The dataset '{dataset}' needs a folder with data. {remedy}")
    folders = folders or (data_root / dataset, data_root)
    paths = {
        name: path
        for name in (*names, *optional)
        for folder in reversed(folders)  # the first folder has the last word, as the first ending
        for ending in reversed(endings)
        if (path := folder / f"{name}{ending}").is_file()
    }
    missing = [name for name in names if name not in paths]
    if missing:
        raise UserError(
            f"Files of the dataset '{dataset}' are missing: {', '.join(missing)} "
            f"(looked in {' and '.join(map(str, folders))}). {remedy}"
        )
    return paths


def find_one(dataset: str, data_root: Path | None, names: Sequence[str], remedy: str) -> Path:
    """Return the path of the first of some files that is there.

    Args:
        dataset: as for :func:`find_files`.
        data_root: as for :func:`find_files`.
        names: any of them will do.
        remedy: what to do if none is there.

    Raises:
        UserError: there is no ``data_root``, or none of the files; the first is named.
    """
    found = find_files(dataset, data_root, (), remedy, optional=names)
    if not found:
        find_files(dataset, data_root, names[:1], remedy)
    return next(found[name] for name in names if name in found)
