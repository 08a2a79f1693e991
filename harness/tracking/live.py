"""The trials of a sweep, told to trackers while they run."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from harness.results import Curves
from harness.shell import command_line
from harness.tracking.background import Background, Event
from harness.tracking.registry import open_live, project_of
from harness.tracking.tracker import Ending, Tracked, since


class LiveLog:
    """Tells every tracker of a sweep of its trials, each point once.

    A trial whose worker died runs again from its first epoch and repeats its points, which are the
    same; they are known by their number.

    Args:
        names: the trackers.
        folder: where they write.
        run_dir: where the trials are planned; its name is what they are called together.
        find: returns a trial by its id.
        say: prints a line.
    """

    def __init__(
        self,
        names: Sequence[str],
        folder: Path,
        run_dir: str,
        find: Callable[[str], Tracked],
        say: Callable[[str], None],
    ) -> None:
        self._find = find
        self._known: dict[str, int] = {}
        """How many points of each running trial the trackers have."""
        self._ended: set[str] = set()
        self._trackers = [
            Background(
                name,
                partial(open_live, name, folder, project_of(run_dir)),
                say,
                command_line(["unbraid", "export", run_dir, "--format", name]),
            )
            for name in names
        ]

    def points(self, trial_id: str, first: int, curves: Curves) -> None:
        """Pass points on.

        Args:
            trial_id: whose.
            first: the number of the first of them among all of the trial's, from 0.
            curves: the points.
        """
        if not self._trackers or trial_id in self._ended:
            return
        self._begin(trial_id)
        new = since(curves, self._known[trial_id] - first)
        if new.value:
            self._known[trial_id] += len(new.value)
            self._tell(lambda tracker: tracker.points(trial_id, new))

    def ended(self, trial_id: str, status: str, metrics: Mapping[str, float]) -> None:
        """Pass on how a trial ended."""
        if not self._trackers or trial_id in self._ended:
            return
        self._begin(trial_id)
        self._ended.add(trial_id)
        ending = Ending(status, metrics)
        self._tell(lambda tracker: tracker.end(trial_id, ending))

    def close(self) -> None:
        """End what was interrupted, and wait for the trackers."""
        for trial_id in set(self._known) - self._ended:
            self.ended(trial_id, "killed", {})
        for tracker in self._trackers:
            tracker.close()

    def _begin(self, trial_id: str) -> None:
        if trial_id not in self._known:
            self._known[trial_id] = 0
            trial = self._find(trial_id)
            self._tell(lambda tracker: tracker.start(trial))

    def _tell(self, event: Event) -> None:
        for tracker in self._trackers:
            tracker.tell(event)
