"""Final evaluations apart from training: trained trials are scored by processes without a GPU.

Some metrics take minutes of CPU, for which a worker would hold its GPU. With
``ray.evaluate_on_cpu=true`` it writes a trial that is trained as a checkpoint and trains the next
one, while a task of Ray's goes on from the checkpoint: it evaluates and writes the row. The
checkpoint is in the run directory, so nothing is lost with the driver; a trial that is trained
already is only handed over by the next session.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch

from harness.config.schema import RaySettings
from harness.config.trials import trial_from_dict
from harness.execution.assignment import Assignment, write
from harness.execution.ends.deaths import DIED, Deaths
from harness.execution.session.private import node_died
from harness.heartbeat import Watchdog
from harness.results import RunDirectory
from harness.trial.keeping import Checkpoints

LOST = (
    "It was trained, and what it was to be evaluated from is missing or damaged. It is trained "
    "again with retry_failed=true."
)


def evaluate_trained(job: Assignment, trial_id: str) -> tuple[dict[str, Any], list[str]]:
    """Evaluate a trained trial from its checkpoint and write it, in a process of Ray's.

    Returns:
        What the driver is told of its end, as of a worker's trials, and lines to print.
    """
    run, notes = job.begin(), list[str]()
    kept = Checkpoints(run, None, notes.append)
    watchdog = Watchdog(job.silent_s, lambda what: run.write_hung(trial_id, what))
    try:
        with watchdog:
            trial = trial_from_dict(run.config(trial_id))
            device = torch.device("cpu")
            running = job.steps(trial, job.dataset(trial), device, kept, hand_over=False)
            try:
                next(running)
            except StopIteration as finished:
                return write(run, finished.value, kept), notes
            # It trains: the checkpoint was refused.
            return {"trial_id": trial_id, "status": "lost"}, notes
    finally:
        watchdog.close()  # Ray gives this process other tasks


class Evaluations:
    """The evaluations that the driver has given out.

    Args:
        job: what training workers are told, too.
        run: where how an evaluation hung is told.
        settings: processors of one, and how often it is tried again when its process died.
        causes: tells why a process died, of the sweep's others too.
    """

    def __init__(
        self, job: Assignment, run: RunDirectory, settings: RaySettings, causes: Deaths
    ) -> None:
        self._job, self._run, self._settings = job, run, settings
        self._told: Any = None
        self._task: Any = None
        self._running: dict[Any, str] = {}
        self._deaths: dict[str, int] = {}
        self._causes = causes

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what runs: it is this process's, and Tune pickles its callbacks."""
        return {**self.__dict__, "_job": None, "_told": None, "_task": None, "_running": {}}

    def __len__(self) -> int:
        """Return how many run or wait."""
        return len(self._running)

    def begin(self, trial_id: str) -> None:
        """Give out the evaluation of a trained trial, unless it is given out already.

        Where seeds train in turns, one may have been handed over before their worker died.
        """
        import ray

        if trial_id in self._running.values():
            return
        if self._told is None:
            self._told = ray.put(self._job)
            cpus = self._settings.cpus_per_trial
            # Ray would count deaths with the machine, too.
            how = ray.remote(num_cpus=cpus, num_gpus=0, max_retries=0)
            self._task = how(evaluate_trained)
        self._running[self._task.remote(self._told, trial_id)] = trial_id

    def ended(
        self, again: Callable[[str, str], None], timeout_s: float = 0.0
    ) -> Iterator[tuple[dict[str, Any], list[str]]]:
        """Yield what has ended since the last call, as :func:`evaluate_trained` returns it.

        One whose process died is begun again, or yielded as ``lost`` with ``attempts`` and
        ``error``.

        Args:
            again: is told of those that are begun again, and what became of their process.
            timeout_s: how long to wait for all.
        """
        import ray
        from ray.exceptions import NodeDiedError, RayError

        if not self._running:
            return
        n = len(self._running)
        done, _ = ray.wait(list(self._running), num_returns=n, timeout=timeout_s)
        for reference in done:
            trial_id = self._running.pop(reference)
            try:
                yield ray.get(reference)
            except RayError as error:
                hung = self._run.take_hung(trial_id)
                if not (isinstance(error, NodeDiedError) or node_died(str(error))):
                    self._deaths[trial_id] = self._deaths.get(trial_id, 0) + 1
                attempts = self._deaths.get(trial_id, 0)
                reason = hung or self._causes.told(str(error))
                first = reason.partition("\n")[0]
                if attempts > self._settings.max_retries:
                    told = {"attempts": attempts, "error": reason}
                    yield {"trial_id": trial_id, "status": "lost", **told}, [first] if hung else []
                else:
                    again(trial_id, first if hung or reason.startswith(DIED) else "died")
                    self.begin(trial_id)
