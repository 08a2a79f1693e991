"""A leaderboard's entries, and the scores of each on each dataset and metric."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from reports.layout.board.variants import DEFAULT, TUNED
from reports.layout.outcome import Outcome
from reports.stats.estimates import Floats

REFERENCES = ("oracle_codes", "random_codes", "untrained_codes")
"""Encoders that show a metric's ceiling and its chance level; they are never ranked."""
GUESSES = ("mean_pose", "nearest_pose")
"""Guesses of poses, which need no network; a board shows them and does not rank them either."""

SUPERVISION = ("none", "pairs", "partial", "labels")
"""What methods learn from beside images, less of it first. Not all of these can be compared: see
``no_more_than``."""
UNKNOWN = "?"
"""The supervision of a method that cannot be loaded."""

Supervision = Literal["none", "pairs", "partial", "labels", "?"]


def no_more_than(one: str, other: str) -> bool:
    """Say whether supervision ``one`` is known to be no more than ``other``.

    No supervision is the least. A part of the labels is less than all of them; pairs and labels are
    different things, of which neither is less. Of unknown supervision nothing is known.
    """
    if UNKNOWN in (one, other):
        return False
    return one in ("none", other) or (one, other) == ("partial", "labels")


@dataclass(frozen=True)
class Entry:
    """A row of a leaderboard: one method in one variant, under one set of conditions.

    Attributes:
        name: ``c_vitae``, ``c_vitae, default``, ``vae, beta=4``, ``vae [epochs 80]``.
        method: name or dotted path of the method.
        variant: ``tuned``, ``default``, or the label of its configuration where a method that was
            not tuned has several; "" where it has one.
        supervision: of ``SUPERVISION``, or ``UNKNOWN``.
        reference: whether it shows ceiling, chance or a guess, and is not ranked.
        configuration: what its trials share of their configuration, ``method.lr`` -> 1e-4, without
            the seed.
        on: its configuration on each dataset; a tuned method has one a dataset.
        marks: in what its trials differ from most, such as ``epochs 80`` or ``torch 2.12.0``.
        comparable: whether its budget and its split are those of most trials; only library
            versions may differ.
    """

    name: str
    method: str
    variant: str
    supervision: str
    reference: bool
    configuration: Mapping[str, Any]
    on: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    marks: tuple[str, ...] = ()
    comparable: bool = True


@dataclass(frozen=True)
class Board:
    """Trials of one or several run directories, as a leaderboard.

    Attributes:
        trials: one row a trial that was scored on the test split, ``missing`` ones included:
            ``trial_id, run, dataset, entry, method, seed, status, conflict, configuration`` and of
            ``metric.*``, ``time.*``, ``env.*``, ``param.*``. Where the default
            configuration won the search, its trials stand there twice: for both entries.
        entries: the rows by name, in the order of the runs' plans.
        metrics: every metric with a direction that any trial has a value of.
        datasets: the datasets' names.
        notes: what was merged, and what differs and is therefore marked; one sentence each.
        tuning: the trials scored on the validation split, likewise; ``entry`` is the tuned one.
    """

    trials: pd.DataFrame
    entries: Mapping[str, Entry]
    metrics: tuple[Outcome, ...]
    datasets: tuple[str, ...]
    notes: tuple[str, ...]
    tuning: pd.DataFrame

    @property
    def ranked(self) -> tuple[str, ...]:
        """The names of all entries but the references, in order."""
        return tuple(name for name, entry in self.entries.items() if not entry.reference)

    def repeated(self, dataset: str) -> dict[str, str]:
        """Return the default entries that are the tuned ones on a dataset, as the default won.

        Both have the same trials there: they are one row, one rank, and no comparison.

        Returns:
            the tuned entry's name by that of the default one.
        """
        return self._repeated[dataset]

    @cached_property
    def _repeated(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {dataset: {} for dataset in self.datasets}
        ids = {
            (str(dataset), str(name)): frozenset(of["trial_id"])
            for (dataset, name), of in self.trials.groupby(["dataset", "entry"])
        }
        tuned = {
            (dataset, self.entries[name].method, trials): name
            for (dataset, name), trials in ids.items()
            if self.entries[name].variant == TUNED
        }
        for (dataset, name), trials in ids.items():
            same = tuned.get((dataset, self.entries[name].method, trials))
            if same and self.entries[name].variant == DEFAULT:
                found[dataset][name] = same
        return found

    @property
    def trials_once(self) -> pd.DataFrame:
        """The trials, each once, whichever entries it stands for."""
        return self.trials.drop_duplicates("trial_id")

    def metric(self, name: str) -> Outcome:
        """Return a metric by its name.

        Raises:
            KeyError: the board has no such metric.
        """
        return {outcome.name: outcome for outcome in self.metrics}[name]

    def scores(self, dataset: str, metric: Outcome | str) -> pd.DataFrame:
        """Return the final values on a dataset by entry and seed ``[E, S]``.

        Rows are the entries with trials there. NaN is where a trial diverged, failed, is missing or
        has no such score.
        """
        outcome = metric if isinstance(metric, Outcome) else self.metric(metric)
        rows = self.trials[self.trials["dataset"] == dataset]
        return self._table(rows, final_values(rows, outcome))

    def contest(self, metric: Outcome | str) -> dict[str, Floats]:
        """Return the scores of the ranked entries ``[E, S]`` by dataset, more being better.

        Rows follow ``ranked``. A diverged trial has ``-inf``: it is worse than any that ended well,
        and as bad as another diverged one. NaN is where an entry has no trial, the trial failed by
        an error, or the method has no such score. This is what the functions of
        :mod:`reports.stats` take. Datasets on which nobody has a score are left out.
        """
        outcome = metric if isinstance(metric, Outcome) else self.metric(metric)
        lacking = self._without(outcome)
        scores = {}
        for dataset in self.datasets:
            rows = self.trials[self.trials["dataset"] == dataset]
            value = outcome.sign * final_values(rows, outcome)
            worst = (rows["status"] == "diverged") & ~rows["entry"].isin(lacking)
            table = self._table(rows, value.where(~worst, -np.inf)).reindex(self.ranked)
            if np.isfinite(table.to_numpy()).any():
                scores[dataset] = table.to_numpy()
        return scores

    def _without(self, outcome: Outcome) -> set[str]:
        """Return the entries that have other scores but none of this one: they do not report it."""
        directed = [final_values(self.trials, other).notna() for other in self.metrics]
        has_some = set(self.trials["entry"][np.any(directed, axis=0)]) if directed else set()
        has_this = set(self.trials["entry"][final_values(self.trials, outcome).notna()])
        return has_some - has_this

    def _table(self, rows: pd.DataFrame, values: "pd.Series[float]") -> pd.DataFrame:
        """Return values by entry and seed; of several of one seed the first that is known."""
        if not len(rows):
            return pd.DataFrame()
        by = [rows["entry"], rows["seed"].astype("int64")]
        table = values.groupby(by, sort=True).first().unstack()
        present = set(table.index)
        return table.reindex([name for name in self.entries if name in present])


def final_values(rows: pd.DataFrame, outcome: Outcome) -> "pd.Series[float]":
    """Return an outcome of trials; NaN where a trial is not ``ok`` or the value is not finite."""
    if outcome.column not in rows:
        return pd.Series(np.nan, rows.index)
    values = pd.to_numeric(rows[outcome.column], errors="coerce").astype(float)
    return values.where((rows["status"] == "ok") & (values.abs() < np.inf))
