"""What a sweep leans on that Ray does not promise: the node it started, and what its driver prints.

Ray starts an autoscaler beside a local cluster, where it has nothing to do, and it does not hear
SIGTERM: ``ray.shutdown`` waits a second for it. Ending it first saves that second of every sweep.
Should ``ray._private.worker._global_node`` or its ``kill_monitor`` go, nothing is done here and the
second is lost; look for what ``ray.shutdown`` itself calls by then.

For every worker that dies its driver prints a paragraph of ids, whatever ``log_to_driver`` says;
our callback says in a line what happened. Should ``ray._private.worker.print_to_stdstream`` go, the
paragraphs are back and nothing else is lost.

Tune hands AWS keys of its driver's environment to each worker as an environment of Ray's, which Ray
writes into a log that others can read. Workers of a local sweep inherit them from their parent
anyway. Should ``class_cache.ENV_VARS_TO_PROPAGATE`` go, the test of planted secrets fails.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_NODE_DIED = "its node has died"
"""What Ray's error of a dead actor says where the machine is gone, preempted or not.

The error's class keeps neither the machine nor the reason: its field ``preempted`` is True only
where a cloud announced it and the autoscaler drained the node. Should these words go, a worker
that died with its machine counts like one that died by itself, as if it had crashed.
"""


def end_autoscaler() -> None:
    """End the autoscaler of the Ray that this process started, if it can be reached."""
    try:
        from ray._private import worker

        node: Any = worker._global_node
        if node is not None:
            node.kill_monitor(check_alive=False)
    except (ImportError, AttributeError, TypeError):
        return


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
def forwarding_no_keys() -> Iterator[None]:
    """Keep Tune from handing this process's AWS keys to workers, and so from logging them."""
    from ray.tune.execution import class_cache

    cache: Any = class_cache
    before = getattr(cache, "ENV_VARS_TO_PROPAGATE", None)
    if before is not None:
        cache.ENV_VARS_TO_PROPAGATE = {name for name in before if not name.startswith("AWS_")}
    try:
        yield
    finally:
        if before is not None:
            cache.ENV_VARS_TO_PROPAGATE = before


def node_died(error: str) -> bool:
    """Say whether a worker died with its machine, by Ray's error of it.

    A machine counts as dead after it was lost for some seconds, so also one that is cut off. What
    kills a worker alone, its own crash or the kernel for want of memory, is not told apart.
    """
    return _NODE_DIED in error
