"""What a sweep leans on that Ray does not promise: the node that ``ray.init`` started.

Ray starts an autoscaler beside a local cluster, where it has nothing to do, and it does not hear
SIGTERM: ``ray.shutdown`` waits a second for it. Ending it first saves that second of every sweep.
Should ``ray._private.worker._global_node`` or its ``kill_monitor`` go, nothing is done here and the
second is lost; look for what ``ray.shutdown`` itself calls by then, or delete this module.
"""

from typing import Any


def end_autoscaler() -> None:
    """End the autoscaler of the Ray that this process started, if it can be reached."""
    try:
        from ray._private import worker

        node: Any = worker._global_node
        if node is not None:
            node.kill_monitor(check_alive=False)
    except (ImportError, AttributeError, TypeError):
        return
