"""``unbraid jobs``: what a cluster was given to do, and how far it is."""

import argparse

from harness.cluster.head import jobs_client
from harness.cluster.jobs import line, listed


def run(options: argparse.Namespace) -> int:
    """Print a line for each job, the newest last."""
    with jobs_client(options.cluster) as client:
        found = listed(client)
    for job in found:
        print(line(job))
    if not found:
        print(f"no jobs on {options.cluster}")
    return 0
