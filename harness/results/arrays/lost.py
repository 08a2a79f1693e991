"""Whose arrays for figures are lost: reports would show less, and say nothing of it."""

from harness.errors import CorruptFileError
from harness.results.arrays.files import ArrayFiles, artifact_name, require_end, trials_alone
from harness.results.records import Results, without_pictures
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
    alone = trials_alone(storage)
    faults = [fault for fault in storage.each(lambda t: _fault(storage, t), sorted(alone)) if fault]
    present = set(alone)
    for trials in ArrayFiles(storage).archives().values():  # after the files that go into them
        if isinstance(trials, CorruptFileError):
            faults.append(trials)
        else:
            present |= trials
    lines = [without_pictures(fault) for fault in faults]
    if missing := [trial for trial in _expected(results, present) if trial not in present]:
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        trials_lost = "a trial" if len(missing) == 1 else f"{len(missing)} trials"
        shown = ", ".join(missing[:_SHOWN])
        lines.append(f"artifacts: the pictures of {trials_lost} are lost: {shown}{more}")
    return lines


def _expected(results: Results, present: set[str]) -> list[str]:
    """Return the trials that have written arrays, as far as it is known."""
    ok = results.trials[results.trials["status"] == "ok"]
    ids = ok["trial_id"].astype(str)
    likely = ids.isin(present).groupby([ok["method"], ok["dataset"]]).transform("any")
    if WRITTEN in ok:
        told = ok[WRITTEN].notna()
        likely = likely.where(~told, ok[WRITTEN].fillna(0).astype(int) > 0)
    return list(ids[likely.astype(bool)])


def _fault(storage: Storage, trial_id: str) -> CorruptFileError | None:
    try:
        require_end(storage, artifact_name(trial_id))
    except FileNotFoundError:  # packed or forgotten meanwhile
        return None
    except CorruptFileError as error:
        return error
    return None
