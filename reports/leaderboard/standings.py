"""A board with every number of its page: tables, figures and LaTeX read them here."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from reports.analysis import boards
from reports.layout.board import Board, Entry
from reports.layout.outcome import Outcome
from reports.leaderboard.numbers import Endings, Overall, Standing
from reports.leaderboard.telling import telling

LEVELS = {
    "ceiling": "oracle_codes",
    "chance": "random_codes",
    "untrained": "untrained_codes",
    "mean pose": "mean_pose",
    "nearest": "nearest_pose",
}
"""What shows a metric's ceiling, and what noise, an untrained network or a guess scores."""


@dataclass(frozen=True)
class Standings:
    """A board with what is computed of it.

    Attributes:
        board: the trials.
        of: each entry's standing, by dataset and metric; entries without trials are left out.
        overall: each ranked entry's standing over all datasets, by metric.
        anchor: the entry whose rating is 1000; "" where nothing is ranked.
    """

    board: Board
    of: Mapping[tuple[str, str], Mapping[str, Standing]]
    overall: Mapping[str, Mapping[str, Overall]]
    anchor: str

    @cached_property
    def telling(self) -> tuple[Outcome, ...]:
        """The metrics that are shown first, the one that orders tables before the others."""
        return telling(self.board)

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """All metrics, those shown first before the others."""
        return (*self.telling, *(o for o in self.board.metrics if o not in self.telling))

    @cached_property
    def chosen(self) -> Outcome | None:
        """The metric that orders tables; None where nothing was scored."""
        return self.telling[0] if self.telling else None

    def entries(self, dataset: str) -> list[Entry]:
        """Return the entries with trials on a dataset: by rank in the chosen metric.

        Those without a rank follow, and references are last. A default entry that is the tuned one
        there is left out.
        """
        present = {entry for on, entry in self._endings if on == dataset}
        present -= self.board.repeated(dataset).keys()
        standings = self.of.get((dataset, self.chosen.name), {}) if self.chosen else {}

        def place(entry: Entry) -> tuple[bool, float]:
            rank = standings[entry.name].rank.value if entry.name in standings else np.nan
            return entry.reference, rank if np.isfinite(rank) else np.inf

        return sorted((e for e in self.board.entries.values() if e.name in present), key=place)

    def ranked(self) -> list[Entry]:
        """Return the ranked entries, highest rating in the chosen metric first.

        A default entry that is the tuned one on each of its datasets is left out.
        """
        ratings = self.overall.get(self.chosen.name, {}) if self.chosen else {}

        def place(entry: Entry) -> float:
            rating = ratings[entry.name].elo.value if entry.name in ratings else np.nan
            return -rating if np.isfinite(rating) else np.inf

        names = [name for name in self.board.ranked if not self.is_repeated(name)]
        return sorted((self.board.entries[name] for name in names), key=place)

    def is_repeated(self, name: str) -> bool:
        """Say whether an entry is the tuned one on each of its datasets."""
        return all(name in self.board.repeated(on) for on in self.board.entries[name].on)

    def default_won(self, entry: Entry, dataset: str | None = None) -> bool:
        """Say whether a tuned entry is the default configuration, on a dataset or on all."""
        on = [dataset] if dataset else [*entry.on]
        return all(entry.name in self.board.repeated(each).values() for each in on)

    def reference(self, method: str, dataset: str, metric: Outcome) -> float:
        """Return what one of ``LEVELS`` scores on a dataset; NaN where it was not run."""
        found = [
            standing.mean.value
            for name, standing in self.of.get((dataset, metric.name), {}).items()
            if self.board.entries[name].method == method
        ]
        return found[0] if found else np.nan

    def endings(self, entry: str, dataset: str | None = None) -> Endings:
        """Return how an entry's trials ended, on a dataset or on all."""
        rows = [
            n for (on, name), n in self._endings.items() if name == entry and dataset in (None, on)
        ]
        of = {key: sum(n[key] for n in rows) for key in ("planned", *boards.STATUSES)}
        lost = of["failed"] + of["pruned"]
        return Endings(of["planned"], of["ok"], of["diverged"], lost, of["missing"])

    @cached_property
    def trial_ids(self) -> dict[tuple[str, str, float], str]:
        """The id of every trial by dataset, entry and seed."""
        rows = self.board.trials
        keys = zip(rows["dataset"], rows["entry"], rows["seed"], strict=True)
        return dict(zip(keys, rows["trial_id"].astype(str), strict=True))

    @cached_property
    def _endings(self) -> dict[tuple[str, str], dict[str, int]]:
        counts = boards.endings(self.board)
        keys = [(str(dataset), str(entry)) for dataset, entry in counts.index]
        rows = counts.to_dict("records")
        return {
            key: {str(name): int(n) for name, n in row.items()}
            for key, row in zip(keys, rows, strict=True)
        }
