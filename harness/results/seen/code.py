"""What code of a user's the trials of a run directory ran, so that a later session mixes no other.

The commit in a row is that of Unbraid; a method, dataset or metric from outside has a digest of its
source instead.
"""

import json
from collections.abc import Mapping

import pandas as pd

from harness.errors import UserError
from harness.results.seen.data import remembered
from harness.results.storage import Storage

CODE = "code.json"
"""File of a run directory: digest by module, of each method, dataset and metric from outside."""

FINGERPRINT = "env.code_fingerprint"

Code = Mapping[str, Mapping[str, str]]


def require_same_code(storage: Storage, code: Code, *, finished: bool, mix: bool) -> None:
    """Refuse code that differs from that of finished trials; remember what is new.

    Args:
        storage: the run directory.
        code: digests by module, of each thing from outside: ``{"method my.Tiny": {...}}``.
        finished: whether the directory holds finished trials; without any, all code is welcome.
        mix: whether other code is asked for.

    Raises:
        UserError: names what differs, and its files.
    """
    seen: Code = remembered(storage, CODE, "the code of yours is that of the finished trials")
    if finished and not mix:
        changed = {
            thing: sorted(m for m in {*seen[thing], *now} if seen[thing].get(m) != now.get(m))
            for thing, now in code.items()
            if thing in seen and seen[thing] != now
        }
        if changed:
            raise UserError(_other_code(storage.label, changed))
    if any(seen.get(thing) != now for thing, now in code.items()):
        together = {**(seen if finished else {}), **code}
        storage.write(CODE, json.dumps(together, indent=1).encode())


def mixed_code(trials: pd.DataFrame) -> list[str]:
    """Return a line for each method and dataset whose trials ran different code of a user's."""
    if FINGERPRINT not in trials or not len(trials):
        return []
    groups = trials.groupby(["method", "dataset"], sort=False)[FINGERPRINT]
    versions = groups.nunique().reset_index()
    return [
        f"results of different code: {method} on {dataset} ran {n} versions of a method, dataset "
        f"or metric of yours (column {FINGERPRINT})"
        for method, dataset, n in versions.itertuples(index=False)
        if n > 1
    ]


def _other_code(location: str, changed: Mapping[str, list[str]]) -> str:
    lines = [
        f"{location} holds results of other code than there is now:",
        *(f"  {thing}: changed in {', '.join(modules)}" for thing, modules in changed.items()),
        "Choose another run_dir for the code of now, or put back that of then. mix_code=true goes "
        "on with both in one directory, and every report says so.",
    ]
    return "\n".join(lines)
