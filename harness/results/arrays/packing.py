"""Packing finished trials' arrays into archives, and forgetting some; safe to kill at any point.

An archive is written before the files in it are deleted, and never again with others: arrays are
far larger than rows, so that merging archives, as rows are merged, would copy a run many times.
Killed between, arrays are there twice, and the next packing deletes what it finds packed and whole.
Only the one driver of a run does any of this; workers write files of trials that have not ended.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress

from harness.errors import CorruptFileError
from harness.results.arrays.encoding import decode_arrays, encode_archive
from harness.results.arrays.files import (
    FOLDER,
    ArrayFiles,
    artifact_name,
    member_name,
    read_archive,
    trials_alone,
)
from harness.results.storage import Storage
from harness.results.trial_files import unused_name

MOST_BYTES = 32 << 20
"""Bytes of an archive, which is made in memory, unless a single trial has more."""


def pack(storage: Storage, finished: Callable[[], Collection[str]], min_files: int) -> int:
    """Put the arrays of finished trials into archives.

    Args:
        storage: the run directory.
        finished: tells the trials that have a row: no worker writes of these any more.
        min_files: do nothing below this number of files of single trials.

    Returns:
        How many trials' arrays were packed. Files that are damaged stay, for ``verify``.
    """
    sizes = trials_alone(storage)
    if len(sizes) < min_files:
        return 0
    ended = finished()
    sizes = {trial: size for trial, size in sizes.items() if trial in ended}
    if len(sizes) < min_files:
        return 0
    packed = 0
    there_already = _packed(storage, set(sizes))
    for batch in _batches(sizes):
        files = {trial: data for trial, data in _read(storage, batch) if data}
        missing = {t: data for t, data in files.items() if there_already.get(t) != data}
        if missing:
            archive = unused_name(storage, [FOLDER], ".zip")
            storage.write(f"{FOLDER}/{archive}", _archive(missing))
        _delete(storage, map(artifact_name, files))
        packed += len(files)
    return packed


def forget(storage: Storage, trial_ids: Collection[str]) -> None:
    """Delete the arrays of some trials; an archive of others too is written without them."""
    gone = set(trial_ids)
    _delete(storage, map(artifact_name, gone))
    for archive, trials in ArrayFiles(storage).archives().items():
        if isinstance(trials, CorruptFileError) or not trials & gone:
            continue  # a damaged archive stays, for ``verify``
        if trials <= gone:
            storage.delete(archive)
            continue
        contents = read_archive(storage, archive, trials - gone)
        whole = {t: data for t, data in contents.items() if isinstance(data, bytes)}
        if len(whole) == len(contents):
            storage.write(archive, _archive(whole))


def unpack(storage: Storage, archive: str) -> None:
    """Give the trials of a damaged archive files of their own again, as far as they are whole."""
    files = ArrayFiles(storage).archives()
    trials = files.pop(archive, None)
    if not isinstance(trials, set):
        return
    elsewhere = set(trials_alone(storage)).union(*(t for t in files.values() if isinstance(t, set)))
    for trial, data in read_archive(storage, archive, trials - elsewhere).items():
        if isinstance(data, bytes):
            storage.write(artifact_name(trial), data)


def _packed(storage: Storage, trial_ids: set[str]) -> dict[str, bytes]:
    """Return what archives hold of trials that have files of their own, as a kill leaves them."""
    found: dict[str, bytes] = {}
    sought = set(trial_ids)
    for archive, trials in ArrayFiles(storage).archives().items():
        if isinstance(trials, CorruptFileError) or not trials & sought:
            continue
        contents = read_archive(storage, archive, trials & sought)
        found |= {trial: data for trial, data in contents.items() if isinstance(data, bytes)}
        sought -= trials
    return found


def _batches(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    """Divide trials into groups of which each fits an archive."""
    batch, total = list[str](), 0
    for trial, size in sizes.items():
        if batch and total + size > MOST_BYTES:
            yield batch
            batch, total = [], 0
        batch.append(trial)
        total += size
    if batch:
        yield batch


def _read(storage: Storage, trial_ids: Collection[str]) -> Iterator[tuple[str, bytes | None]]:
    """Read trials' files; None stands for one that is damaged, or gone."""

    def whole(trial_id: str) -> bytes | None:
        name = artifact_name(trial_id)
        with suppress(FileNotFoundError, CorruptFileError):
            data = storage.read(name)
            decode_arrays(data, name)
            return data
        return None

    return zip(trial_ids, storage.each(whole, trial_ids), strict=True)


def _archive(contents: Mapping[str, bytes]) -> bytes:
    return encode_archive({member_name(trial): data for trial, data in contents.items()})


def _delete(storage: Storage, names: Iterable[str]) -> None:
    for _ in storage.each(storage.delete, names):
        pass
