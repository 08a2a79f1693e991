"""The workers that Ray starts in advance import what a trial needs, while the driver still plans.

Ray starts a process for each processor together with itself, and gives these to the first actors
that are asked for. It can have them import modules before they accept work; a process that has run
a task is given to no actor, so that this is the only way. An actor that is asked for sooner does
not wait for them: Ray starts a further process. So the driver waits for a sign.

Should Ray's setting ``preload_python_modules`` go, no sign comes: the driver waits for ``MOST_S``
in vain, and the test of it fails.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.config.schema import RaySettings, shares
from harness.execution.session.forking import starting as forks

MOST_S = 20.0
"""Seconds that the driver waits for its workers before it goes on without them."""

SIGNS = "UNBRAID_PRESTARTED"
"""The environment variable that names the folder of the signs."""

_MODULES = "RAY_preload_python_modules"


@contextmanager
def preloading(settings: RaySettings, trials: int) -> Iterator[None]:
    """Have workers that Ray starts meanwhile prepare themselves, if most will get a trial.

    Args:
        settings: how much of this machine Ray and a trial get.
        trials: how many there are to run, at most.
    """
    cpus = settings.num_cpus or os.cpu_count() or 1
    most = min(trials, shares(cpus, settings.cpus_per_trial))
    if settings.gpus_per_trial or 2 * most < cpus:  # there are fewer GPUs than processors
        forks.stop()
        yield
        return
    forks.start()
    with tempfile.TemporaryDirectory(prefix="unbraid-workers-") as folder:
        os.environ.update({SIGNS: folder, _MODULES: "harness.execution.preloaded"})
        try:
            yield
        finally:
            del os.environ[SIGNS], os.environ[_MODULES]
            forks.stop()


def wait_until_ready(n: int) -> None:
    """Wait for the first workers, if they prepare themselves.

    Args:
        n: how many actors will be asked for at once.
    """
    folder = os.environ.get(SIGNS)
    if not folder:
        return
    import ray

    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    n = min(n, int(resources["CPU"]))
    until = time.monotonic() + MOST_S
    while len(list(Path(folder).iterdir())) < n:
        if time.monotonic() > until:
            forks.stop()  # whatever it is that keeps them, others do without
            return
        time.sleep(0.02)
