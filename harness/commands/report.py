"""``unbraid report``: draw a run directory's results into one HTML file."""

import argparse
import sys
from pathlib import Path

from harness.errors import UserError
from harness.metrics.registry import with_labels
from harness.results import Results, load


def run(options: argparse.Namespace) -> int:
    """Write the report and print its path."""
    import reports

    results = with_labelled_metrics(load(options.run_dir))
    out = options.out or Path(options.run_dir) / "report.html"
    if "://" in str(options.run_dir) and options.out is None:
        raise UserError("The run directory is not on this machine: say where to write, --out FILE.")
    kind, why = options.kind, ""
    if kind is None:
        kind, why = reports.default_kind(results.sweep)
    path = reports.build(results, kind, Path(out)).resolve()
    if why:
        others = ", ".join(name for name in reports.KINDS.paths() if name != kind)
        print(f"kind of report: {kind}, {why} (others with --kind: {others})", file=sys.stderr)
    print(path)
    return 0


def with_labelled_metrics(results: Results) -> Results:
    """Return results whose metrics have the labels that older versions did not store."""
    if isinstance(entries := results.sweep.get("metrics"), list):
        results.sweep["metrics"] = with_labels(entries)
    return results
