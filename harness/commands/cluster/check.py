"""``unbraid cluster check``: whether a cluster can be started, and what it would cost."""

import argparse

from harness.cluster.checking import findings
from harness.cluster.findings import show


def run(options: argparse.Namespace) -> int:
    """Print every finding; return 1 if something would keep the cluster from starting."""
    return int(show(findings(options.file), width=8))
