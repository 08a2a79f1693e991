"""Whose arrays for figures are lost: reports would show less, and say nothing of it."""

from harness.errors import CorruptFileError
from harness.results.encoding import members
from harness.results.records import Results, artifact_name, without_pictures
from harness.results.storage import Storage

WRITTEN = "env.arrays"
"""Column of how many arrays for figures a trial has written."""
_SHOWN = 5


def lost_pictures(results: Results) -> list[str]:
    """Return lines that say which trials' arrays for figures are missing or damaged.

    Rows of earlier versions do not say whether there were any: there a trial lacks them where
    others of its method and dataset have some. Of each file its end alone is read, which a torn
    one lacks, as arrays are far larger than all else in a run directory; what is altered within is
    told where it is read (``Results.artifact``), and by ``unbraid doctor``.
    """
    storage = Storage(results.location)
    files = set(storage.names("artifacts", ".npz"))
    missing = [trial for trial in _expected(results, files) if _file(trial) not in files]
    lines = [
        line for line in storage.each(lambda file: _torn(storage, file), sorted(files)) if line
    ]
    if missing:
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        trials = "a trial" if len(missing) == 1 else f"{len(missing)} trials"
        shown = ", ".join(missing[:_SHOWN])
        lines.append(f"artifacts: the pictures of {trials} are lost: {shown}{more}")
    return lines


def _expected(results: Results, files: set[str]) -> list[str]:
    """Return the trials that have written arrays, as far as it is known."""
    ok = results.trials[results.trials["status"] == "ok"]
    ids = ok["trial_id"].astype(str)
    have = ids.map(lambda trial: _file(trial) in files).astype(bool)
    likely = have.groupby([ok["method"], ok["dataset"]]).transform("any")
    if WRITTEN in ok:
        told = ok[WRITTEN].notna()
        likely = likely.where(~told, ok[WRITTEN].fillna(0).astype(int) > 0)
    return list(ids[likely.astype(bool)])


def _torn(storage: Storage, file: str) -> str:
    name = f"artifacts/{file}"
    try:
        storage.read_within(name, lambda opened: members(opened, name))
    except FileNotFoundError:  # forgotten meanwhile
        return ""
    except CorruptFileError as error:
        return without_pictures(error)
    return ""


def _file(trial_id: str) -> str:
    return artifact_name(trial_id).rpartition("/")[2]
