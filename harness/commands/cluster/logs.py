"""``unbraid logs``: what a job on a cluster has printed, and what it goes on to print."""

import argparse

from harness.cluster.head import jobs_client
from harness.cluster.jobs import chosen
from harness.commands.cluster.submit import followed


def run(options: argparse.Namespace) -> int:
    """Print a job's output until it ends; return its exit code."""
    with jobs_client(options.cluster) as client:
        job = chosen(client, options.job)
        return followed(client, options.cluster, job)
