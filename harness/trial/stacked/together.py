"""Several trials in lockstep, whose training steps are taken together as stacks.

Each is the trial that it would be by itself: it draws its own batches and noise, writes its own
curve and checkpoint, and is evaluated alone. Only the steps are shared. So a trial that ends,
diverges, fails or waits to be judged leaves a stack by not asking for the next step, and the others
are stacked anew; one that goes on from a checkpoint joins when the others have come as far.
"""

from collections.abc import Callable, Collection, Generator, Sequence

from harness.errors import in_a_line
from harness.heartbeat import beat
from harness.results.records import TrialRecord
from harness.training.loop import Updater, Wanted
from harness.training.stacked import Stack
from harness.trial.run import Advance
from harness.trial.stacked.pace import Pace
from harness.trial.stacked.room import Room

Running = Generator[Advance | Wanted, None, TrialRecord]


class Together:
    """Trials that are trained together.

    Args:
        trial_ids: of the trials.
        begin: begins one of them (see ``harness.trial.run.trial_in_steps``), from its checkpoint
            if it has one.
        pace: says how many at most are stacked. Where none are, trials take turns.
        say: prints a line where they could not be stacked.
        room: says how many fit into memory: the first takes its first step by itself, then as many
            begin as there is room for, and the others when these have ended. None for all at once.
        whole: trials that wait for each other: they begin at once, if there is room for at least
            the first of these.
        graphs: whether steps on a GPU are CUDA graphs where that pays.

    Attributes:
        broken: why the trials could not be stacked, and began again to be trained one by one; None
            while nothing is known against it.
    """

    def __init__(
        self,
        trial_ids: Sequence[str],
        begin: Callable[[str], Running],
        pace: Pace,
        say: Callable[[str], None] = print,
        room: Room | None = None,
        *,
        whole: Sequence[Collection[str]] = (),
        graphs: bool = False,
    ) -> None:
        self._begin, self._pace, self._say = begin, pace, say
        self._running = {trial_id: begin(trial_id) for trial_id in trial_ids}
        self._wanted: dict[str, Wanted] = {}
        self._stacks: dict[tuple[str, ...], Stack] = {}
        self._checked, self._graphs, self._told = set[int](), graphs, ""
        self._room = room
        self._first: Updater | None = None
        self._order, self._most = list(trial_ids), 1 if room else len(trial_ids)
        self._whole = [set(ids) for ids in whole] or [{trial_id} for trial_id in trial_ids]
        self._at_once = set(self._order[: self._most])
        self.broken: str | None = None

    def next(self, ready: Collection[str]) -> tuple[str, Advance | TrialRecord]:
        """Train until the first of some trials has something to say.

        Args:
            ready: ids of trials that have not ended; the others wait.

        Returns:
            Its id, and its progress after an epoch or, when it has ended, its record.
        """
        while True:
            one_by_one = self.broken or self._pace.one_by_one
            working = self._working(list(ready))[: 1 if one_by_one else None]
            for trial_id in working:
                if one_by_one or trial_id not in self._wanted:
                    said = self._said(trial_id)
                    if not isinstance(said, Wanted):
                        self._pace.disturb()
                        return trial_id, said
                    self._wanted[trial_id] = said
            if one_by_one:
                self._stacks = {}
            elif working == self._working(list(ready)):  # there may be room for more by now
                self._step(working)

    def have_room(self, ready: Collection[str]) -> bool:
        """Return whether some of the trials can train beside what has begun and not ended."""
        begun = self._at_once & self._running.keys()
        return bool(ready) and (not begun or not begun.isdisjoint(ready))

    def stop(self, trial_ids: Collection[str]) -> None:
        """Forget trials that are not to go on; they leave nothing behind."""
        for trial_id in trial_ids:
            self._running.pop(trial_id).close()
            self._wanted.pop(trial_id, None)

    def _working(self, ready: list[str]) -> list[str]:
        """Return those that train: of those that are ready as many as there is room for."""
        begun = [trial_id for trial_id in ready if trial_id in self._at_once]
        if not begun:
            begun = self._with_room(ready)
            self._at_once = set(begun)
        return begun

    def _with_room(self, trial_ids: list[str]) -> list[str]:
        """Return the first of some trials for which there is room, and what waits for these."""
        chosen: list[str] = []
        for together in self._whole:
            more = [trial_id for trial_id in trial_ids if trial_id in together]
            if chosen and len(chosen) + len(more) > self._most:
                break
            chosen += more
        return chosen

    def _measure(self, wanted: Wanted) -> None:
        """Let more trials begin when the first has taken a step."""
        if self._room and self._first is wanted.updater:
            more, self._room = self._room.trials(), None
            self._most = len(self._order) if more is None else 1 + more
            self._at_once = set(self._with_room(self._order))
        self._first = wanted.updater

    def _said(self, trial_id: str) -> Wanted | Advance | TrialRecord:
        """Let a trial go on; note in its record why so many are stacked."""
        try:
            said = next(self._running[trial_id])
        except StopIteration as finished:
            said = finished.value
            del self._running[trial_id]
        choice = self.broken or self._pace.reason + self._told
        if isinstance(said, Wanted):
            said.updater.stack_choice = choice
            self._measure(said)
        else:
            record = said.so_far if isinstance(said, Advance) else said
            record.env["stack_choice"] = choice
        return said

    def _step(self, ready: list[str]) -> None:
        """Let those that are least far take a step."""
        steps = {trial_id: self._wanted[trial_id].updater.steps for trial_id in ready}
        behind = [trial_id for trial_id in ready if steps[trial_id] == min(steps.values())]
        size = self._pace.size(len(behind), self._wanted[behind[0]])
        parts = [tuple(behind[i : i + size]) for i in range(0, len(behind), size)]
        self._stacks = {part: stack for part, stack in self._stacks.items() if part in parts}
        for part in parts:
            if len(part) > 1:
                self._take(part)
            # Where one is alone, it takes its step when it goes on, and notes what is raised.
        self._wanted = {i: wanted for i, wanted in self._wanted.items() if i not in behind}

    def _take(self, part: tuple[str, ...]) -> None:
        wanted = [self._wanted[trial_id] for trial_id in part]
        beat(f"step {wanted[0].updater.steps} of {len(part)} trials as one stack")
        try:
            if part not in self._stacks:
                updaters = [each.updater for each in wanted]
                self._stacks[part] = Stack(updaters, graphs=self._graphs)
            stack = self._stacks[part]
            if new := set(stack.due(wanted)) - self._checked:  # a phase may begin later
                stack.require_agreement(wanted, new)
                self._checked |= new
            stack.step(wanted)
            if not stack.settled:
                self._pace.disturb()
            self._told = f"; {stack.told}" if self._graphs else ""
        except Exception as error:  # a method may be anybody's, and memory may end
            self.broken = f"one by one: {in_a_line(error)}"
            self._say(f"{len(part)} trials begin again, {self.broken}")
            for trial_id in part:
                self._running[trial_id].close()
                self._running[trial_id] = self._begin(trial_id)
