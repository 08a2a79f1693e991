"""What a sweep leans on that Ray does not promise: what its driver prints, keeps and hands on.

For every worker that dies its driver prints a paragraph of ids, whatever ``log_to_driver`` says;
our callback says in a line what happened. Should ``ray._private.worker.print_to_stdstream`` go, the
paragraphs are back and nothing else is lost.

Tune keeps all that it knows of a trial that has ended, to the sweep's end: what it would restore
and return, neither of which we ask for, as the run directory holds it. So does the callback by
which it prints results, which it adds even where nothing is to be printed. Should an attribute of
the controller go that ``forget_ended`` names, or the callback that ``prints_nothing`` stands in
for, everything is kept again and nothing else is lost.

What a dead worker has printed lies in the session's folder, in a file that is named after its
process. Should ``_global_node``, its folder or these names go, faults lose their signal's name.

Tune gives each worker an environment of Ray's: a few variables of its own, and what it finds of its
driver's, AWS keys among them, which Ray writes into a log that others can read. Workers of a local
sweep inherit all of it from their parent anyway, and for an environment of its own Ray starts a
process anew, though one is idle. Should ``class_cache.ENV_VARS_TO_PROPAGATE`` go, the test of
planted secrets fails; should ``DEFAULT_ENV_VARS`` go, sweeps start two seconds later.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.execution.session.replacing import replacing

FORGET_EVERY = 100
"""Ended trials that Tune is made to forget at once: each time costs a look at the waiting ones."""

_NODE_DIED = "its node has died"
"""What Ray's error of a dead actor says where the machine is gone, preempted or not.

The error's class keeps neither the machine nor the reason: its field ``preempted`` is True only
where a cloud announced it and the autoscaler drained the node. Should these words go, a worker
that died with its machine counts like one that died by itself, as if it had crashed.
"""


_MOST_OUTPUT = 1 << 16


def mute_raylet() -> None:
    """Keep the raylet's own messages out of this process's output."""
    try:
        from ray._private import worker

        original: Any = worker.print_to_stdstream
    except (ImportError, AttributeError):
        return

    def without_raylets(data: Any, *arguments: Any, **options: Any) -> None:
        if data.get("pid") != "raylet":
            original(data, *arguments, **options)

    if getattr(original, "__name__", "") != without_raylets.__name__:
        worker.print_to_stdstream = without_raylets


@contextmanager
def inheriting() -> Iterator[None]:
    """Keep Tune from giving workers an environment of Ray's: they inherit this process's."""
    from ray.tune.execution import class_cache

    with replacing(class_cache, DEFAULT_ENV_VARS={}, ENV_VARS_TO_PROPAGATE=set()):
        yield


def leave_out(trial: Any, trial_ids: list[str]) -> None:
    """Tell the worker of one of Tune's trials which of ours it goes on without.

    Ray takes the calls of one process in their order: this one before Tune's call for a step.
    """
    trial.temporary_state.ray_actor.stop_trials.remote(trial_ids)


def node_died(error: str) -> bool:
    """Say whether a worker died with its machine, by Ray's error of it.

    A machine counts as dead after it was lost for some seconds, so also one that is cut off. What
    kills a worker alone, its own crash or the kernel for want of memory, is not told apart.
    """
    return _NODE_DIED in error


def local_output(error: str) -> str | None:
    """Return the last that a dead worker wrote to its standard error.

    Args:
        error: Ray's, which names the process and its machine.

    Returns:
        up to 64 KiB; None where it ran on another machine, or Ray keeps it elsewhere by now.
    """
    pid, address = (re.search(rf"^\s*{key}: (\S+)$", error, re.M) for key in ("pid", "ip"))
    try:
        from ray._private import worker

        node: Any = worker._global_node
        if not pid or not address or address[1] != node.node_ip_address:
            return None
        (file,) = Path(node.get_session_dir_path(), "logs").glob(f"worker-*-{pid[1]}.err")
        return file.read_bytes()[-_MOST_OUTPUT:].decode(errors="replace")
    except (ImportError, AttributeError, ValueError, OSError):
        return None


def forget_ended(tune_controller: Any) -> None:
    """Make Tune forget the trials that have ended, if there are many; between two of its steps.

    A trial has ended when Tune has told callbacks, search and scheduler so and has taken its worker
    away. The newest trial stays: from an empty list Tune concludes that results are to be restored.

    Args:
        tune_controller: what a scheduler is given: Tune's controller, or its wrapper.
    """
    controller = vars(tune_controller).get("_tune_controller", tune_controller)
    try:
        trials, with_worker = controller._trials, controller._trial_to_actor
        statuses = controller._stopped_trials, controller._failed_trials
        others = controller._live_trials, controller._trials_to_cache
        stored = controller._trial_metadata
    except AttributeError:
        return
    if sum(map(len, statuses)) < FORGET_EVERY:
        return
    ended = {trial for status in statuses for trial in status if trial not in with_worker}
    ended -= set(trials[-1:])
    trials[:] = [trial for trial in trials if trial not in ended]
    for kept in (*statuses, *others):
        kept.difference_update(ended)
    for trial in ended:
        stored.pop(trial.trial_id, None)


def prints_nothing() -> list[Any]:
    """Return the callback that keeps Tune from adding its own; none where it has no such thing."""
    try:
        from ray.tune.progress_reporter import TrialProgressCallback
    except ImportError:
        return []

    class PrintsNothing(TrialProgressCallback):
        def log_result(self, *_: Any, **__: Any) -> None:
            pass

        def on_trial_complete(self, *_: Any, **__: Any) -> None:
            pass

    return [PrintsNothing()]
