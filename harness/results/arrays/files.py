"""Where trials' arrays for figures lie: each in a file of its own, or with others in an archive.

An archive is a ZIP file of the NPZ files of many trials, of which one is read without the others:
names and places stand at the end. A file of its own counts before archives, and a newer archive
before an older one: what a trial has written last is there.
"""

from contextlib import suppress

import numpy as np

from harness.errors import CorruptFileError
from harness.results.arrays.encoding import ARRAYS, FILES, decode_arrays, extracted, members
from harness.results.storage import Storage

FOLDER = "artifacts"


def artifact_name(trial_id: str) -> str:
    """Return the name of the file with a trial's arrays, as its worker writes it."""
    return f"{FOLDER}/{member_name(trial_id)}"


def member_name(trial_id: str) -> str:
    """Return the name of that file within an archive."""
    return f"{trial_id}{FILES}"


def trials_alone(storage: Storage) -> dict[str, int]:
    """Return the trials whose arrays are in files of their own, with the bytes of these."""
    sizes = storage.sizes(FOLDER, FILES)
    return {name.removesuffix(FILES): size for name, size in sizes.items()}


def archives(storage: Storage) -> list[str]:
    """Return the names of the archives, ``artifacts/...``, in the order in which they count."""
    names = storage.names(FOLDER, ".zip")
    return [f"{FOLDER}/{name}" for name in sorted(names, reverse=True)]


def is_archive(name: str) -> bool:
    """Say whether a file is an archive, going by its name."""
    return name.startswith(f"{FOLDER}/") and name.endswith(".zip")


def require_end(storage: Storage, name: str) -> None:
    """Read the end of a trial's file or of an archive, which one that is empty or torn lacks.

    Raises:
        FileNotFoundError: it is not there (any more).
        CorruptFileError: its end is missing or altered.
    """
    suffix = FILES if is_archive(name) else ARRAYS
    storage.read_within(name, lambda file: members(file, name, suffix))


def trials_in(storage: Storage, archive: str) -> set[str]:
    """Return the trials whose arrays are in an archive, of which the end alone is read.

    Raises:
        FileNotFoundError: it is not there (any more).
        CorruptFileError: its end is missing or altered.
    """
    names = storage.read_within(archive, lambda file: members(file, archive, FILES))
    return {name.removesuffix(FILES) for name in names}


def read_archive(
    storage: Storage, archive: str, trial_ids: set[str]
) -> dict[str, bytes | CorruptFileError]:
    """Return the NPZ files of those of some trials that are in an archive, or what is wrong.

    Raises:
        FileNotFoundError: it is not there (any more).
        CorruptFileError: its end is missing or altered.
    """
    wanted = {member_name(trial) for trial in trial_ids}
    found = storage.read_within(archive, lambda file: dict(extracted(file, archive, wanted)))
    return {name.removesuffix(FILES): content for name, content in found.items()}


class ArrayFiles:
    """The arrays of a run directory, read a trial at a time; what archives hold is read once."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._trials: dict[str, set[str] | CorruptFileError] = {}

    def read(self, trial_id: str) -> dict[str, np.ndarray]:
        """Return a trial's arrays by name; none where it has written none.

        Raises:
            CorruptFileError: they, or the archive that may hold them, are torn or altered.
        """
        name = artifact_name(trial_id)
        with suppress(FileNotFoundError):
            return decode_arrays(self._storage.read(name), name)
        torn: CorruptFileError | None = None
        for archive, trials in self.archives().items():
            if isinstance(trials, CorruptFileError):
                torn = torn or trials
            elif trial_id in trials:
                return self._from(archive, trial_id)
        if torn:
            raise torn
        return {}

    def archives(self) -> dict[str, set[str] | CorruptFileError]:
        """Return what trials each archive holds, or its fault, in the order in which they count."""
        listed = archives(self._storage)
        new = [archive for archive in listed if archive not in self._trials]
        self._trials.update(zip(new, self._storage.each(self._held, new), strict=True))
        return {archive: self._trials[archive] for archive in listed}

    def _held(self, archive: str) -> set[str] | CorruptFileError:
        try:
            return trials_in(self._storage, archive)
        except FileNotFoundError:  # its trials were forgotten meanwhile
            return set()
        except CorruptFileError as error:
            return error

    def _from(self, archive: str, trial_id: str) -> dict[str, np.ndarray]:
        try:
            content = read_archive(self._storage, archive, {trial_id}).get(trial_id)
        except FileNotFoundError:  # forgotten meanwhile, as where there is no content
            return {}
        if isinstance(content, CorruptFileError):
            raise content
        return decode_arrays(content, f"{archive}: {trial_id}") if content is not None else {}
