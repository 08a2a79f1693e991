"""The files of finished trials: rows and their curves, always in two files of one name.

``trials/NAME`` and ``curves/NAME`` form a pair. Curves are written first and deleted last, so where
a row is, its curves are too, and the row alone says that a trial is finished. ``NAME`` is
``part-<trial_id>.parquet``, or ``compact-<number>.parquet`` for many trials.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc

from harness.errors import CorruptFileError, did_you_mean
from harness.results.columns import CURVES_SCHEMA, cell, conform
from harness.results.encoding import decode_table, encode_table
from harness.results.records import FINAL_STATUSES, Curves, TrialRecord, shortened
from harness.results.storage import Storage

_READERS = 2
"""Threads that read at once; as decoding holds Python's lock half the time, more gain nothing."""


@dataclass(frozen=True)
class Pair:
    """The content of ``trials/name`` and ``curves/name``."""

    name: str
    trials: pa.Table
    curves: pa.Table

    @property
    def trial_ids(self) -> list[str]:
        """The trials in it, in order."""
        ids: list[str] = self.trials["trial_id"].to_pylist()
        return ids

    def only(self, trial_ids: Collection[str]) -> "Pair":
        """Return the rows and the points of some trials."""
        wanted = pa.array(list(trial_ids), pa.string())
        owner = self.curves["trial_id"].cast(pa.string())
        return Pair(
            self.name,
            self.trials.filter(pc.is_in(self.trials["trial_id"], value_set=wanted)),
            self.curves.filter(pc.is_in(owner, value_set=wanted)),
        )

    def conformed(self, trials_schema: pa.Schema) -> "Pair":
        """Return the pair with the columns that the plan now has.

        Raises:
            CorruptFileError: it has others.
        """
        return Pair(
            self.name,
            conform(self.trials, trials_schema, f"trials/{self.name}"),
            conform(self.curves, CURVES_SCHEMA, f"curves/{self.name}"),
        )


def part_name(trial_id: str) -> str:
    """Return the name of one trial's files."""
    return f"part-{trial_id}.parquet"


def is_compact(name: str) -> bool:
    """Say whether a file holds many trials."""
    return name.startswith("compact-")


def unused_name(storage: Storage, folders: Sequence[str], suffix: str) -> str:
    """Return the name of the next file of many trials, which is in none of some folders."""
    names = [name for folder in folders for name in storage.names(folder, suffix)]
    numbers = [int(name.split("-")[1].split(".")[0]) for name in names if is_compact(name)]
    # On an object store a driver that was cut off may still write; not over another's file.
    own = "" if storage.local else f"-{uuid4().hex[:8]}"
    following = (f"compact-{n:06d}{own}{suffix}" for n in count(max(numbers, default=0) + 1))
    # A store's listing may lag: ask for the file itself before its name is taken.
    return next(name for name in following if not storage.is_file(f"{folders[0]}/{name}"))


def pair_of(record: TrialRecord, trials_schema: pa.Schema) -> Pair:
    """Return a finished trial as it is stored.

    Raises:
        ValueError: the record has a column or a type that the plan does not have, lists of
            different lengths in its curves, or an unknown status.
    """
    if record.status not in FINAL_STATUSES:
        raise ValueError(f"trial {record.trial_id}: unknown status '{record.status}'")
    row = _row(record)
    unknown = sorted(row.keys() - set(trials_schema.names))
    if unknown:
        raise ValueError(
            f"trial {record.trial_id}: the run has no column '{unknown[0]}'."
            f"{did_you_mean(unknown[0], trials_schema.names)} "
            "Columns are fixed when the run directory is created."
        )
    cells = []
    for column in trials_schema:
        value = row.get(column.name)
        if column.name.startswith(("param.", "env.")):
            value = cell(value, column.type)
        try:
            cells.append(pa.array([value], column.type))
        except (pa.ArrowException, OverflowError) as error:
            raise ValueError(
                f"trial {record.trial_id}: {column.name} = {value!r} is not {column.type}"
            ) from error
    trials = pa.Table.from_arrays(cells, schema=trials_schema)
    return Pair(part_name(record.trial_id), trials, _points(record.trial_id, record.curves))


def write_pair(storage: Storage, pair: Pair) -> None:
    """Write both files; the second is the commit."""
    storage.write(f"curves/{pair.name}", encode_table(pair.curves))
    storage.write(f"trials/{pair.name}", encode_table(pair.trials))


def delete_pair(storage: Storage, name: str) -> None:
    """Delete both files; the first is the commit."""
    storage.delete(f"trials/{name}")
    storage.delete(f"curves/{name}")


def read_pair(storage: Storage, name: str) -> Pair:
    """Read both files, without the curves of trials that have no row.

    Raises:
        FileNotFoundError: the pair is not there (any more).
        CorruptFileError: a file is torn or altered, is another trial's, or lacks its curves.
    """
    trials = decode_table(storage.read(f"trials/{name}"), "trials", f"trials/{name}")
    try:
        data = storage.read(f"curves/{name}")
    except FileNotFoundError as error:
        if not storage.is_file(f"trials/{name}"):
            raise
        raise CorruptFileError(f"trials/{name}: its curves are missing") from error
    pair = Pair(name, trials, decode_table(data, "curves", f"curves/{name}"))
    ids = pair.trial_ids
    strangers = set(pc.unique(pair.curves["trial_id"]).to_pylist()) - set(ids)
    if is_compact(name):
        return pair.only(ids) if strangers else pair
    if strangers or len(ids) != 1 or name != part_name(ids[0]):
        raise CorruptFileError(f"trials/{name}: holds another trial than its name says")
    return pair


def read_pairs(
    storage: Storage, names: Iterable[str]
) -> Iterator[tuple[str, Pair | CorruptFileError | None]]:
    """Read pairs in parallel; yield each with its fault if it has one, None if it is gone."""

    def attempt(name: str) -> tuple[str, Pair | CorruptFileError | None]:
        try:
            return name, read_pair(storage, name)
        except CorruptFileError as error:
            return name, error
        except FileNotFoundError:
            return name, None

    yield from storage.each(attempt, names, _READERS)


def in_precedence(names: Iterable[str]) -> list[str]:
    """Sort names so that of two files with the same trial the first one counts.

    Parts come first and newer compact files before older ones: a trial that was removed and run
    again is in a newer file than what a killed removal may have left.
    """
    names = sorted(names, reverse=True)
    return sorted(names, key=is_compact)


def merge(pairs: Iterable[Pair], trials_schema: pa.Schema, name: str) -> Pair:
    """Return all trials of some conformed pairs, each once, from the first pair that has it."""
    trials, curves = [trials_schema.empty_table()], [CURVES_SCHEMA.empty_table()]
    seen: set[str] = set()
    for pair in pairs:
        ids = set(pair.trial_ids)
        fresh = pair.only(ids - seen) if ids & seen else pair
        trials.append(fresh.trials)
        curves.append(fresh.curves)
        seen |= ids
    points = pa.concat_tables(curves).unify_dictionaries().combine_chunks()
    return Pair(name, pa.concat_tables(trials).combine_chunks(), points)


def _row(record: TrialRecord) -> dict[str, Any]:
    """Return the cells that a record fills, by column."""
    return {
        "trial_id": record.trial_id,
        "status": record.status,
        "method": record.method,
        "dataset": record.dataset,
        "data_source": record.data_source,
        "seed": record.seed,
        **{f"param.{name}": value for name, value in record.params.items()},
        **{f"metric.{name}": value for name, value in record.metrics.items()},
        **{f"time.{name}": value for name, value in record.times.items()},
        **{f"env.{name}": value for name, value in record.env.items()},
        "error": shortened(record.error, record.trial_id),
    }


def _points(trial_id: str, curves: Curves) -> pa.Table:
    ids = pa.DictionaryArray.from_arrays(
        pa.array([0] * len(curves.value), pa.int32()), pa.array([trial_id])
    )
    split, metric = (
        pa.array(names, pa.string()).dictionary_encode() for names in (curves.split, curves.metric)
    )
    columns = [ids, curves.epoch, curves.step, split, metric, curves.value]
    return pa.table(columns, schema=CURVES_SCHEMA)
