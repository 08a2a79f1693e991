"""Merging many small files into few, and forgetting trials; safe to kill at any point.

A merge goes in this order, each step atomic:

1. write ``curves/compact-N`` (N is new): curves alone mean nothing, as a row makes a trial;
2. write ``trials/compact-N``: the commit. Its trials are now there twice, with equal content, and
   every reader takes each trial once;
3. delete the merged pairs, each with its row first.

Killed after 1, the next ``heal`` deletes the curves that have no rows; killed during 3, it deletes
the pairs whose trials are all in newer files. Only the one driver of a run does any of this.
"""

import ctypes
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress

import pyarrow as pa

from harness.errors import CorruptFileError
from harness.results.arrays.packing import forget
from harness.results.encoding import decode_table, encode_table
from harness.results.records import error_name, model_name
from harness.results.storage import Storage
from harness.results.trial_files import (
    Pair,
    delete_pair,
    in_precedence,
    is_compact,
    merge,
    read_pair,
    read_pairs,
    unused_name,
    write_pair,
)


def trial_ids(storage: Storage, name: str) -> set[str]:
    """Return the trials that ``trials/name`` holds; none if it cannot be read."""
    if not is_compact(name):
        return {name.removeprefix("part-").removesuffix(".parquet")}
    try:
        rows = decode_table(storage.read(f"trials/{name}"), "trials", name)
    except (CorruptFileError, FileNotFoundError):
        return set()
    return set(rows["trial_id"].to_pylist())


def finished(storage: Storage) -> set[str]:
    """Return the trials that have a row, going by the names of parts; see ``verify``."""
    names = storage.names("trials", ".parquet")
    return set[str]().union(*storage.each(lambda name: trial_ids(storage, name), names))


def compact(
    storage: Storage, trials_schema: pa.Schema, min_parts: int, everything: bool = False
) -> int:
    """Merge the parts, and compact files no larger than what is merged with them, into one file.

    Small compact files are swallowed by larger ones, so n trials end up in about log n files and
    each row is rewritten about log n times.

    Args:
        storage: the run directory.
        trials_schema: the schema of the merged rows.
        min_parts: do nothing below this number of parts.
        everything: merge all there is.

    Returns:
        The number of trials merged. Files that cannot be read stay for ``verify`` to set aside.
    """
    heal(storage)
    names = in_precedence(storage.names("trials", ".parquet"))
    parts = [name for name in names if not is_compact(name)]
    if len(parts) < min_parts and not everything:
        return 0
    chosen, rows = parts, len(parts)
    for name in names[len(parts) :]:
        size = len(trial_ids(storage, name))
        if everything or size <= rows:
            chosen, rows = [*chosen, name], rows + size
    pairs = list(_intact(storage, chosen, trials_schema))
    if not pairs:
        return 0
    merged = merge(pairs, trials_schema, unused_name(storage, ["curves", "trials"], ".parquet"))
    write_pair(storage, merged)
    for _ in storage.each(lambda pair: delete_pair(storage, pair.name), pairs):
        pass
    return len(merged.trials)


def heal(storage: Storage) -> None:
    """Finish what a killed merge has left: delete curves without rows, and trials kept twice."""
    names = storage.names("trials", ".parquet")
    for name in storage.names("curves", ".parquet"):
        if not is_compact(name) or name in names:
            continue
        if not storage.is_file(f"trials/{name}"):  # a store's listing may lag
            storage.delete(f"curves/{name}")
    newest_first = in_precedence(name for name in names if is_compact(name))
    kept_ids: set[str] = set()
    redundant, keepers = [], []
    for name in [*newest_first, *(name for name in names if not is_compact(name))]:
        ids = trial_ids(storage, name)
        if ids and ids <= kept_ids:
            redundant.append(name)
        elif is_compact(name):
            keepers.append(name)
            kept_ids |= ids
    if redundant and all(isinstance(pair, Pair) for _, pair in read_pairs(storage, keepers)):
        for name in redundant:
            delete_pair(storage, name)


def remove(storage: Storage, forgotten: Collection[str]) -> None:
    """Forget trials, so that they count as never run.

    Rows go first and each file at once: killed at any point, a trial is either still finished, with
    all it had, or forgotten. Curves that are left over belong to no row and are overwritten.
    """
    gone = set(forgotten)
    for name in storage.names("trials", ".parquet"):
        ids = trial_ids(storage, name)
        if not ids & gone:
            continue
        if ids <= gone:
            delete_pair(storage, name)
        else:
            remaining = read_pair(storage, name).only(ids - gone)
            storage.write(f"trials/{name}", encode_table(remaining.trials))
            storage.write(f"curves/{name}", encode_table(remaining.curves))
    forget(storage, gone)
    for trial_id in gone:
        storage.delete(model_name(trial_id))
        storage.delete(error_name(trial_id))


def _intact(storage: Storage, names: Iterable[str], trials_schema: pa.Schema) -> Iterator[Pair]:
    for _, pair in read_pairs(storage, names):
        with suppress(CorruptFileError):
            if isinstance(pair, Pair):
                yield pair.conformed(trials_schema)


def give_back_memory() -> None:
    """Give the system back what has been freed, which allocators keep after large work.

    A driver merges all its life, with threads whose arenas glibc trims by itself only at their top:
    after 5,000 trials it held 240 MB more than at the first.
    """
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
