"""Ray for the time of a sweep: started on this machine, or a cluster that is joined."""

import logging
import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from harness.config.schema import RaySettings, shares
from harness.deferred import importing
from harness.errors import UserError
from harness.execution.session.alone import alone
from harness.execution.session.forking import starting as forks
from harness.execution.session.lean import lean
from harness.execution.session.prestarted import preloading
from harness.execution.session.private import inheriting, mute_raylet
from harness.interruption import held_back, raise_if_interrupted

# Read when Ray is imported: no loggers of Tune's own, no change of the working directory, and
# Ctrl-C and SIGTERM for us: Tune would end the sweep as if it were complete, Ray abort the process.
# A trial reports what it is judged by at its rungs alone.
_ENVIRONMENT = {
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",
    "TUNE_GLOBAL_CHECKPOINT_S": "3600",
    "RAY_DISABLE_FAILURE_SIGNAL_HANDLER": "1",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "RAY_AIR_NEW_OUTPUT": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "TUNE_DISABLE_STRICT_METRIC_CHECKING": "1",
    "PL_DISABLE_FORK": "1",  # what Tune's environment for workers has, which `inheriting` drops
}

_WAITING = "TUNE_MAX_PENDING_TRIALS_PG"

PENDING = 200
"""Fewest planned trials that ask a cluster for room at once, as many as Tune's own grid: a growing
cluster starts machines for them."""

AHEAD = 4
"""Trials that a search gives out on a cluster before there is room for them.

As many machines are started at once; by itself Tune asks a search for one, and the cluster would
grow by a machine at a time, minutes each. What waits was suggested without results of what runs.
"""

CONNECT_S = 10.0
"""Seconds in which a cluster's head has to accept a connection."""


@contextmanager
def ray_session(settings: RaySettings, *, trials: int = 0) -> Iterator[None]:
    """Start Ray on this machine, for it alone, or join a cluster; leave it at the end.

    Args:
        settings: the cluster, or how much of this machine.
        trials: for how many at most workers make themselves ready meanwhile, on this machine.

    Raises:
        UserError: Ray cannot start, or the cluster cannot be reached.
    """
    os.environ.update(_ENVIRONMENT)
    if settings.address:
        forks.stop()
        yield from _session(settings, {})
        return
    with preloading(settings, trials), alone() as options:
        yield from _session(settings, options)


def _session(settings: RaySettings, options: dict[str, Any]) -> Iterator[None]:
    import ray

    mute_raylet()
    handlers = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        if settings.address:
            _start(settings, options)
        else:
            with held_back(), lean(), importing("torch"):
                _start(settings, options)
        # Ray sets a level of its own when it is imported; our callback says what went wrong.
        logging.getLogger("ray.tune").setLevel(logging.CRITICAL)
        for number, handler in handlers.items():
            signal.signal(number, handler)  # Ray has set its own
        raise_if_interrupted()  # its start may have dropped one
        with nullcontext() if settings.address else inheriting():
            yield
    finally:
        ray.shutdown()


def _start(settings: RaySettings, options: dict[str, Any]) -> None:
    import ray

    quiet: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
    try:
        if settings.address:
            _require_listener(settings.address)
            ray.init(settings.address, **quiet)
        else:
            ray.init(
                "local",  # whatever RAY_ADDRESS says
                num_cpus=settings.num_cpus,
                num_gpus=settings.num_gpus,
                include_dashboard=False,
                **options,
                **quiet,
            )
    except SystemExit:  # what Ray makes of SIGTERM while it starts
        raise KeyboardInterrupt from None
    except Exception as error:  # Ray raises one of no class where a process of its does not come
        if not settings.address:
            raise UserError(
                f"Ray did not start on this machine: {type(error).__name__}: {error} It needs room "
                f"in {tempfile.gettempdir()} (its logs: ray/session_latest/logs), memory, and "
                "a machine that is not overloaded. Give the same command again when it is less so, "
                "or with ray.num_cpus=1; finished trials are kept."
            ) from error
        raise UserError(
            f"There is no Ray cluster at ray.address={settings.address} ({error}). "
            "Start one (`ray up cluster.yaml`), or leave ray.address out to use this machine."
        ) from None


def _require_listener(address: str) -> None:
    """Fail at once where nothing listens: Ray would go on trying for minutes."""
    if address == "auto":
        address = os.environ.get("RAY_ADDRESS", address)
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), timeout=CONNECT_S).close()


@contextmanager
def several_pending(*, searched: bool) -> Iterator[None]:
    """Let trials wait for a cluster's room, unless the user has said how many.

    Args:
        searched: whether a search suggests them, of which few may wait; else they are planned.
    """
    import ray

    if _WAITING in os.environ:
        yield
        return
    cpus: float = ray.cluster_resources().get("CPU", 1.0)  # type: ignore[no-untyped-call]
    os.environ[_WAITING] = str(AHEAD if searched else max(PENDING, int(1.1 * cpus)))
    try:
        yield
    finally:
        del os.environ[_WAITING]


def slots(settings: RaySettings) -> int | None:
    """Return how many trials run at once; None on a cluster, which may grow to what they need.

    Raises:
        UserError: a trial needs more than this machine has.
    """
    import ray

    if settings.address:
        return None
    have: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    need = {"CPU": settings.cpus_per_trial, "GPU": settings.gpus_per_trial}
    for kind, amount in need.items():
        if amount > have.get(kind, 0.0):
            raise UserError(
                f"A trial asks for {amount:g} {kind}, but Ray has {have.get(kind, 0.0):g} here. "
                f"Lower ray.{kind.lower()}s_per_trial or raise ray.num_{kind.lower()}s."
            )
    at_once = shares(have["CPU"], settings.cpus_per_trial)
    if gpus := settings.gpus_per_trial:
        # A trial's share is of one GPU: of two, two thirds each are not a third trial's.
        each = shares(1, gpus) * int(have["GPU"]) if gpus <= 1 else shares(have["GPU"], gpus)
        at_once = min(at_once, each)
    return at_once
