"""Where an export goes. One rule: what is there is never overwritten unless ``--force`` says so."""

import shutil
from pathlib import Path
from uuid import uuid4

from harness.errors import UserError
from harness.export.formats import Format
from harness.results.creation import OWN

MARK = ".unbraid-export"
"""The file by which a folder of ours is known: ``--force`` clears no other."""


def find_target(run_dir: str, out: str | None, chosen: Format, name: str) -> Path:
    """Return the file or folder that an export goes to; nothing is touched.

    Args:
        run_dir: what is exported.
        out: what the user named: a file, or a folder to put the file into; None for the run
            directory.
        chosen: the format.
        name: the file's or folder's name where the user named none.

    Raises:
        UserError: it is not on this machine, or its name promises another format.
    """
    if out is None:
        if "://" in run_dir:
            raise UserError("The run directory is not on this machine: say where to write, --out.")
        return Path(run_dir) / name
    if "://" in out:
        raise UserError(f"--out {out}: name a file or folder of this machine, and copy it there.")
    path = Path(out)
    if not chosen.suffix:
        return path
    if path.is_dir() or not path.suffix:
        return path / name
    if path.suffix != chosen.suffix:
        better = path.with_suffix(chosen.suffix)
        raise UserError(
            f"--format {chosen.name} writes {chosen.suffix}: name {better} rather than {path}."
        )
    return path


def require_free(path: Path, *, force: bool) -> None:
    """Refuse a target that is there already.

    Args:
        path: a file, or a folder.
        force: take its place: a file, or a folder that an export has made.

    Raises:
        UserError: it is there, and the way out.
    """
    if path.is_dir():
        if not any(path.iterdir()):
            return
        if not (path / MARK).is_file():
            raise UserError(
                f"{path} is a folder with files that no export has made: it is left alone. Name a "
                "new one with --out."
            )
    if path.exists() and not force:
        raise UserError(f"{path} exists. Replace it with --force, or name another with --out.")


def require_not_of_run(run_dir: str, target: str | Path) -> None:
    """Refuse to write over what a run directory consists of, whatever ``--force`` says.

    Args:
        run_dir: a folder or URI.
        target: where something is to be written, a path or a URI.

    Raises:
        UserError: it is one of the run's own files, or in one of its folders.
    """
    run, path = str(run_dir), str(target)
    if "://" not in run and "://" not in path:
        run, path = str(Path(run).resolve()), str(Path(path).resolve())
    inside = path.removeprefix(f"{run.rstrip('/')}/")
    if path.rstrip("/") == run.rstrip("/") or (inside != path and inside.split("/")[0] in OWN):
        raise UserError(
            f"{target} belongs to the run directory itself: name another place with --out."
        )


def write_file(path: Path, content: bytes) -> None:
    """Write a file as a whole: readers see the old one or the new one.

    Raises:
        UserError: it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{uuid4().hex}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(content)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error


def make_folder(path: Path) -> None:
    """Make an empty folder of ours; what an earlier export has left in it goes.

    Raises:
        UserError: it cannot be made.
    """
    try:
        if (path / MARK).is_file() or path.is_file():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        path.mkdir(parents=True, exist_ok=True)
        (path / MARK).touch()
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> UserError:
    in_the_way = isinstance(error, FileExistsError | NotADirectoryError)
    reason = "a folder of it is a file" if in_the_way else error.strerror or error
    return UserError(f"Cannot write {path}: {reason}. Name another place with --out.")
