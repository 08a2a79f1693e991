"""``unbraid stop``: end a job on a cluster; what has finished is kept."""

import argparse

from harness.cluster.head import jobs_client
from harness.cluster.jobs import chosen, stop


def run(options: argparse.Namespace) -> int:
    """Ask a job to end, and wait until it has."""
    with jobs_client(options.cluster) as client:
        job = chosen(client, options.job, running=True)
        was_running = stop(client, job)
    stopped = "has stopped; what it had finished is kept in its run directory"
    print(f"{job} {stopped if was_running else 'had ended before'}")
    return 0
