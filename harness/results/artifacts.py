"""Whose arrays for figures are lost: reports would show less, and say nothing of it."""

from harness.results.records import Results, artifact_name
from harness.results.storage import Storage
from harness.results.verification import damaged_arrays

WRITTEN = "env.arrays"
"""Column of how many arrays for figures a trial has written."""
_SHOWN = 5


def lost_pictures(results: Results) -> list[str]:
    """Return lines that say which trials' arrays for figures are missing or damaged.

    Rows of earlier versions do not say whether there were any: there a trial lacks them where
    others of its method and dataset have some. Every file is read.
    """
    storage = Storage(results.location)
    files = set(storage.names("artifacts", ".npz"))
    missing = [trial for trial in _expected(results, files) if _file(trial) not in files]
    lines = [f"{damage.text}; its pictures are left out" for damage in damaged_arrays(storage)]
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


def _file(trial_id: str) -> str:
    return artifact_name(trial_id).rpartition("/")[2]
