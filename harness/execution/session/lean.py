"""A Ray of one machine without what a sweep has no use for, so that it starts and ends sooner.

Beside its scheduler Ray starts a dashboard, an autoscaler and a process that prints workers' logs,
even where nobody asked for any of them: three interpreters that fight the first workers for
processors, while ``ray.init`` waits for one and ``ray.shutdown`` for another. Its agent listens on
one port of the machine, whatever else is there: a second sweep would wait five seconds for it.

Should ``RayParams`` or ``start_api_server`` go, which are Ray's own, all of that is back and
nothing else is lost.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness.execution.session.replacing import replacing

_UNUSED = {"no_monitor": True, "include_log_monitor": False, "dashboard_agent_listen_port": 0}


@contextmanager
def lean() -> Iterator[None]:
    """Keep ``ray.init`` from starting what a sweep has no use for."""
    from ray._private import parameter, services

    make: Any = getattr(parameter, "RayParams", None)
    with (
        replacing(parameter, RayParams=lambda **chosen: make(**{**chosen, **_UNUSED})),
        replacing(services, start_api_server=lambda *_, **__: (None, None)),
    ):
        yield
