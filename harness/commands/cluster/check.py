"""``unbraid cluster check``: whether a cluster can be started, and what it would cost."""

import argparse

from harness.cluster.checking import findings

_MARKS = {True: "ok", False: "BAD", None: "-"}


def run(options: argparse.Namespace) -> int:
    """Print every finding; return 1 if something would keep the cluster from starting."""
    bad = 0
    for finding in findings(options.file):
        print(f"{_MARKS[finding.ok]:<4} {finding.topic:<8} {finding.text}", flush=True)
        bad |= finding.ok is False
    return bad
