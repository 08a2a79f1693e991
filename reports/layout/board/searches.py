"""What was tuned: which trials are of what a search chose, and which of its default."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from harness.spaces.choice import Choice, Kind
from reports.layout.board.variants import DEFAULT, TUNED, canonical
from reports.page.text import count, words

_SAYS_MORE: tuple[Kind, ...] = ("default", "tuned", "both", "earlier")
"""Of what several searches say of a trial the last of these counts: one that went on knows most."""


def kinds_of(test: pd.DataFrame, choices: Sequence[Choice]) -> "pd.Series[str]":
    """Return what trials are of: ``default, tuned, both, earlier``; "" where no search is asked.

    A trial that confirms a search is what that search made of it. Any other, as of a run of its
    own, is what it has the configuration of: the default of a search, or the best that it found.

    Args:
        test: trials with ``trial_id, method, dataset, configuration``.
        choices: of the searches in the run directories that they come from.
    """
    confirming: dict[str, Kind] = {}
    configured: dict[tuple[str, str, str], Kind] = {}
    for choice in choices:
        for trial_id, kind in choice.confirming.items():
            _say(confirming, trial_id, kind)
        for config, kind in _configurations(choice):
            where = config["method"]["name"], config["dataset"]["name"], _as_text(config)
            _say(configured, where, kind)
    keys = zip(test["method"], test["dataset"], test["configuration"], strict=True)
    found = [
        confirming.get(str(trial_id), configured.get(key, ""))
        for trial_id, key in zip(test["trial_id"], keys, strict=True)
    ]
    return pd.Series(found, test.index, dtype=object)


def as_chosen(test: pd.DataFrame, kinds: "pd.Series[str]") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the trials as variants of what was searched, and those that were left out.

    Args:
        test: trials with ``variant``; it stays where no search is asked.
        kinds: what each is of; one of both stands for both, and one of an earlier choice is left
            out.
    """
    variant = kinds.replace("both", DEFAULT).where(kinds != "").fillna(test["variant"])
    kept = test.assign(variant=variant)[kinds != "earlier"]
    won = test[kinds == "both"].assign(variant=TUNED)
    return pd.concat([kept, won], ignore_index=True), test[kinds == "earlier"]


def earlier_note(rows: pd.DataFrame) -> list[str]:
    """Say in a note which trials were left out as a search's earlier choices; none if none were."""
    if not len(rows):
        return []
    methods = words(list(dict.fromkeys(map(str, rows["method"]))))
    return [
        f"{count(len(rows), 'trial')} of {methods} left out: of what a search chose before it went "
        "on and chose better."
    ]


def unscored_notes(choices: Sequence[Choice]) -> list[str]:
    """Say in notes in which searches no configuration was scored, so that nothing was chosen."""
    return [
        f"No configuration of {choice.default['method']['name']} on "
        f"{choice.default['dataset']['name']} has a value of {choice.unscored}: nothing was "
        "chosen, and the default alone was confirmed."
        for choice in choices
        if choice.unscored
    ]


def _say(kinds: dict[Any, Kind], key: Any, kind: Kind) -> None:
    kinds[key] = max(kind, kinds.get(key, kind), key=_SAYS_MORE.index)


def _configurations(choice: Choice) -> list[tuple[Mapping[str, Any], Kind]]:
    if choice.best is None:
        return [(choice.default, "default")]
    if choice.best == choice.default:
        return [(choice.default, "both")]
    return [(choice.default, "default"), (choice.best, "tuned")]


def _as_text(config: Mapping[str, Any]) -> str:
    """Return a configuration as :func:`configurations` gives those of trials."""
    return canonical(
        {
            f"param.{group}.{key}": value
            for group in ("method", "scale", "dataset")
            for key, value in config[group].items()
            if key != "name"
        }
    )
