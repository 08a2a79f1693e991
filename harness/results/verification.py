"""Checking every file of a run directory, setting the bad ones aside."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

import pyarrow as pa

from harness.errors import CorruptFileError
from harness.results.arrays.encoding import decode_arrays, require_whole_archive
from harness.results.arrays.files import FOLDER, is_archive, require_end
from harness.results.arrays.packing import unpack
from harness.results.compaction import compact, finished, heal
from harness.results.creation import DIRECTORIES
from harness.results.encoding import require_whole_model
from harness.results.storage import TEMPORARY, Storage
from harness.results.trial_files import Pair, read_pairs

Check = Callable[[Storage, str], object]
"""Reads a file, or what of it is looked at; raises ``CorruptFileError`` where it is damaged."""


@dataclass(frozen=True)
class Damage:
    """Files that cannot be what they should be.

    Attributes:
        files: what is set aside.
        text: what is wrong with them.
        loss: what the run lacks without them.
    """

    files: tuple[str, ...]
    text: str
    loss: str


def verify(storage: Storage, trials_schema: pa.Schema, stale_after: float) -> list[str]:
    """Read rows, curves and the ends of arrays, and leave only what is whole.

    Models are not read, and of arrays nothing else: no trial runs again for what they hold, and
    they are far larger than all else in a run directory. See ``RunDirectory.verify``.
    """
    _delete_leftovers(storage, stale_after)
    outdated = False

    def note(pair: Pair) -> None:
        nonlocal outdated
        outdated |= not pair.trials.schema.equals(trials_schema)

    found = [*damaged_trials(storage, trials_schema, note), *torn_arrays(storage)]
    for damage in found:
        set_aside(storage, damage)
    heal(storage)
    if outdated:  # the plan has grown: other programs that read the folder need one schema
        compact(storage, trials_schema, min_parts=0, everything=True)
    return [f"{damage.text}; moved to corrupt/, {damage.loss}" for damage in found]


def damaged_trials(
    storage: Storage, trials_schema: pa.Schema, whole: Callable[[Pair], object]
) -> Iterator[Damage]:
    """Read all rows and curves; yield what is damaged and hand over what is whole."""
    for name, outcome in read_pairs(storage, storage.names("trials", ".parquet")):
        try:
            if isinstance(outcome, CorruptFileError):
                raise outcome
            if isinstance(outcome, Pair):
                outcome.conformed(trials_schema)
                _require_unique(outcome)
                whole(outcome)
        except CorruptFileError as error:
            files = (f"trials/{name}", f"curves/{name}")
            yield Damage(files, str(error), "what it held will run again")


def _require_unique(pair: Pair) -> None:
    if len(set(pair.trial_ids)) < len(pair.trial_ids):
        raise CorruptFileError(f"trials/{pair.name}: has a trial twice")


def torn_arrays(storage: Storage) -> Iterator[Damage]:
    """Read the ends of all arrays for figures; yield what is empty or torn."""
    return _arrays(storage, require_end, require_end)


def damaged_arrays(storage: Storage) -> Iterator[Damage]:
    """Read all arrays for figures; yield what is damaged."""
    return _arrays(storage, _content(decode_arrays), _content(require_whole_archive))


def damaged_models(storage: Storage) -> Iterator[Damage]:
    """Read all trained methods; yield what is damaged."""
    loss = "the trial keeps its row and has no model"
    return _damaged(storage, "models", ".safetensors", _content(require_whole_model), loss)


def damaged_checkpoints(storage: Storage) -> Iterator[Damage]:
    """Read what unfinished trials go on from; yield what is damaged."""
    loss = "the trial begins anew"
    return _damaged(storage, "checkpoints", ".safetensors", _content(require_whole_model), loss)


def _content(check: Callable[[bytes, str], object]) -> Check:
    return lambda storage, file: check(storage.read(file), file)


def _arrays(storage: Storage, file: Check, archive: Check) -> Iterator[Damage]:
    yield from _damaged(storage, FOLDER, ".npz", file, "the trial's figures will lack it")
    loss = "the figures of its trials will lack what was damaged"
    yield from _damaged(storage, FOLDER, ".zip", archive, loss)


def _damaged(
    storage: Storage, folder: str, suffix: str, check: Check, loss: str
) -> Iterator[Damage]:
    def attempt(file: str) -> Damage | None:
        with suppress(FileNotFoundError):  # a running sweep has deleted it meanwhile
            try:
                check(storage, file)
            except CorruptFileError as error:
                return Damage((file,), str(error), loss)
        return None

    files = [f"{folder}/{name}" for name in storage.names(folder, suffix)]
    return (damage for damage in storage.each(attempt, files) if damage)


def set_aside(storage: Storage, damage: Damage) -> None:
    """Move damaged files to ``corrupt/``, where nothing is overwritten."""
    for file in damage.files:
        folder, _, name = file.rpartition("/")
        names_in_use = storage.names("corrupt")
        prefix = folder or "run"
        if is_archive(file):
            unpack(storage, file)
        free = next(n for n in count() if f"{prefix}-{n}-{name}" not in names_in_use)
        if storage.is_file(file):
            storage.move(file, f"corrupt/{prefix}-{free}-{name}")


def _delete_leftovers(storage: Storage, stale_after: float) -> None:
    """Delete what killed processes left: temporary files, curves and models without a row.

    Young files stay: a living worker may be about to rename them, or to write the row.
    """
    old = storage.untouched(stale_after, "", *DIRECTORIES)
    for name in old:
        base = name.rpartition("/")[2]
        if base.startswith(".") and base.endswith(TEMPORARY):
            storage.delete(name)
    rows = set(storage.names("trials"))
    for name in old:
        base = name.removeprefix("curves/")
        # A store's listing may lag: ask for the row itself.
        if base != name and base not in rows and not storage.is_file(f"trials/{base}"):
            storage.delete(name)
    for name in storage.names("checkpoints", ".hung"):  # no driver was left to read it
        storage.delete(f"checkpoints/{name}")
    checkpoints = storage.names("checkpoints", ".safetensors")
    models = [name for name in old if name.startswith("models/") and not name.endswith(TEMPORARY)]
    ended = finished(storage) if checkpoints or models else set()
    for name in checkpoints:
        if name.removesuffix(".safetensors") in ended:
            storage.delete(f"checkpoints/{name}")
    for name in models:
        if name.removeprefix("models/").removesuffix(".safetensors") not in ended:
            storage.delete(name)
