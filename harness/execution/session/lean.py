"""A Ray of one machine without what a sweep has no use for, so that it starts and ends sooner.

Beside its scheduler Ray starts a dashboard, an autoscaler and a process that prints workers' logs,
even where nobody asked for any of them: three interpreters that fight the first workers for
processors, while ``ray.init`` waits for one and ``ray.shutdown`` for another. Its agent listens on
one port of the machine, whatever else is there: a second sweep would wait five seconds for it. And
``ray.init`` looks for its scheduler once a second, which is there after six tenths of one; so does
the scheduler, for its own object store, where that is a moment late.

Should the functions go that are replaced here, which are Ray's own, or its settings, all of that is
back and nothing else is lost.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness.execution.session.forking import ask
from harness.execution.session.replacing import replacing

_CHOSEN = {
    "no_monitor": True,
    "include_log_monitor": False,
    "dashboard_agent_listen_port": 0,
    "setup_worker_path": ask.__file__,
}

_PATIENT = {
    "RAY_raylet_client_connect_timeout_milliseconds": "20",
    "RAY_raylet_client_num_connect_attempts": "500",
}
"""How often, and how many times, a process of Ray looks for what is not there yet: for as long as
by itself."""

_NODE_S = 5.0
"""Seconds in which a node is looked for often, before Ray is asked, which looks for longer."""


@contextmanager
def lean() -> Iterator[None]:
    """Keep ``ray.init`` from starting what a sweep has no use for."""
    from ray._private import parameter, services, utils

    make: Any = getattr(parameter, "RayParams", None)
    get_node: Any = getattr(services, "get_node", None)

    def get_node_soon(gcs_address: str, node_id: str) -> Any:
        wait_for_node(gcs_address, node_id)
        return get_node(gcs_address, node_id)

    os.environ.update({name: often for name, often in _PATIENT.items() if name not in os.environ})
    with (
        replacing(parameter, RayParams=lambda **chosen: make(**{**chosen, **_CHOSEN})),
        replacing(utils, set_sigterm_handler=lambda _: None),  # who starts Ray has one of his own
        replacing(services, start_api_server=lambda *_, **__: (None, None), get_node=get_node_soon),
    ):
        yield


def wait_for_node(gcs_address: str, node_id: str) -> None:
    """Return when a node has registered, or after some seconds.

    Args:
        gcs_address: Ray's server of the session.
        node_id: hexadecimal.
    """
    import ray

    private: Any = ray._private
    until = time.monotonic() + _NODE_S
    try:
        nodes = private.state.GlobalState()
        nodes._initialize_global_state(private.services._get_gcs_client_options(gcs_address))
        while time.monotonic() < until:
            if any(node["NodeID"] == node_id for node in nodes.node_table()):
                return
            time.sleep(0.02)
    except (AttributeError, KeyError, TypeError):
        return
