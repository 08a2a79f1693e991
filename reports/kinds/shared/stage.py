"""Which trials of a search that is confirmed a report is about: those tried, or those confirmed."""

from dataclasses import replace

import pandas as pd

from harness.errors import UserError
from harness.results import Results
from harness.shell import command_line

_COLUMN = "param.scale.scored_on"


def of_stage(results: Results, kind: str) -> Results:
    """Return a run with the trials of one stage; other runs, which have one, as they are.

    Trials that choose are scored on validation images and those that confirm on the test split, so
    that they are not to be compared. A report of kind ``tuning`` is about the former.

    Args:
        results: what a run directory holds.
        kind: of the report.

    Raises:
        UserError: there are several searches and the report is about one.
    """
    if not results.sweep.get("searches") or _COLUMN not in results.plan:
        return results
    if kind == "tuning" and len(results.sweep["searches"]) > 1:
        raise UserError(
            f"{results.location} holds several searches, and a report of kind tuning is about one. "
            f"{command_line(['unbraid', 'leaderboard', results.location])} has them side by side."
        )
    chooses = results.plan[_COLUMN] == "validation"
    ids = results.plan.loc[chooses if kind == "tuning" else ~chooses, "trial_id"]

    def mine(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["trial_id"].isin(ids)]

    sweep = {**results.sweep, "trials": len(ids)}
    if kind == "tuning":
        sweep["trials"] = results.sweep["search"]["trials"] * int(results.sweep.get("seeds") or 1)
    else:
        sweep |= {"seeds": results.sweep["search"].get("confirm", results.sweep.get("seeds"))}
    return replace(
        results,
        trials=mine(results.trials).reset_index(drop=True),
        curves=mine(results.curves).reset_index(drop=True),
        plan=mine(results.plan).reset_index(drop=True),
        sweep=sweep,
    )
