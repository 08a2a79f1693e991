"""What was tuned: which configuration a search chose, and where the default one won."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reports.layout.board.variants import DEFAULT, TUNED, canonical
from reports.page.text import count, words

BOTH, EARLIER = "both", "earlier"

CONFIRMED = "confirmed"
"""Key of a sweep under which stands what its search has chosen, where that has been worked out."""


@dataclass(frozen=True)
class Search:
    """A method that was tuned on a dataset in one of the runs.

    Attributes:
        method: its name.
        dataset: the dataset's.
        default: its default configuration, as ``configurations`` gives those of trials.
        asked: number of configurations that were to be tried; 0 where the run does not say.
        run: the run's label.
        confirms: whether the run confirms what it chose: once it has chosen, it plans trials on the
            test split, of the best configuration and of the default.
    """

    method: str
    dataset: str
    default: str
    asked: int
    run: str
    confirms: bool = False


def searches_of(sweep: Mapping[str, Any], run: str) -> list[Search]:
    """Read the searches of a ``sweep.yaml``; none for a sweep that does not tune its methods."""
    listed = sweep.get("searches")
    found = []
    for one in listed if isinstance(listed, list) else []:
        base = one.get("base") or {}
        flat = {
            f"param.{group}.{key}": value
            for group in ("method", "scale", "dataset")
            for key, value in (base.get(group) or {}).items()
            if key != "name"
        }
        method = one.get("method") or (base.get("method") or {}).get("name")
        dataset = one.get("dataset") or (base.get("dataset") or {}).get("name")
        asked = int(one.get("trials") or 0)
        confirms = bool(one.get("confirm"))
        found.append(Search(str(method), str(dataset), canonical(flat), asked, run, confirms))
    return found


def as_chosen(test: pd.DataFrame, chosen: Mapping[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the trials as variants of what was searched, and those that were left out.

    Args:
        test: trials with ``trial_id, variant``; of those that confirm no search the variant stays.
        chosen: ``default``, ``tuned``, ``both`` where the default was the best, or ``earlier``: the
            best of a search that has gone on since; by id of the trials that confirm one.
    """
    what = test["trial_id"].map(chosen)
    confirming = what.isin([DEFAULT, TUNED, BOTH])
    kept = test[what != EARLIER].assign(
        variant=what.replace(BOTH, DEFAULT).where(confirming, test["variant"])
    )
    won = test[what == BOTH].assign(variant=TUNED)
    return pd.concat([kept, won], ignore_index=True), test[what == EARLIER]


def earlier_choices(test: pd.DataFrame) -> list[bool]:
    """Say of each trial whether a search chose its configuration and, going on, chose another.

    Args:
        test: trials with ``run, method, dataset, variant, configuration``, in the order of plans: a
            later choice is planned later.
    """
    keys = ["run", "method", "dataset"]
    tuned = test[test["variant"] == TUNED]
    last = tuned.groupby(keys, sort=False)["configuration"].transform("last")
    return (
        last.reindex(test.index).fillna(test["configuration"]) != test["configuration"]
    ).tolist()


def with_default_winners(
    test: pd.DataFrame, tuning: pd.DataFrame, searches: Sequence[Search]
) -> pd.DataFrame:
    """Let a default configuration's trials stand for the tuned entry too where it won the search.

    It won if the search has chosen and no other configuration is to be scored on the test split.
    """
    won = []
    for search in searches:
        mine, seen = (
            rows[(rows["method"] == search.method) & (rows["dataset"] == search.dataset)]
            for rows in (test, tuning)
        )
        tried = seen["configuration"].nunique()
        chosen = 0 < search.asked <= tried and not (seen["status"] == "missing").any()
        chosen |= search.confirms and bool((mine["run"] == search.run).any())
        if chosen and not (mine["variant"] == TUNED).any():
            won.append(mine[mine["variant"] == DEFAULT].assign(variant=TUNED))
    return pd.concat([test, *won], ignore_index=True) if won else test


def earlier_note(rows: pd.DataFrame) -> list[str]:
    """Say in a note which trials were left out as a search's earlier choices; none if none were."""
    if not len(rows):
        return []
    methods = words(list(dict.fromkeys(map(str, rows["method"]))))
    return [
        f"{count(len(rows), 'trial')} of {methods} left out: of what a search chose before it went "
        "on and chose better."
    ]
