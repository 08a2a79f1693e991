"""``unbraid status``: how many trials of a sweep are finished, and how they ended."""

import argparse

from harness.durations import duration
from harness.results import FINAL_STATUSES, load
from harness.results.arrays.lost import lost_pictures
from harness.results.records import last_line
from harness.shell import command_line


def run(options: argparse.Namespace) -> int:
    """Print counts by status, failures, and how to go on; return 1 where some are left."""
    results = load(options.run_dir)
    counts, sweep = results.counts, results.sweep
    print(f"{options.run_dir}: {sweep.get('title', '')}")
    print(f"  command   {sweep.get('command', '')}")
    for name in ("planned", "finished", "missing", *FINAL_STATUSES):
        print(f"  {name:<9} {counts[name]:>6}")
    if len(results.trials):
        total = results.trials["time.total"]
        print(f"  time      {duration(total.mean())} a trial, {duration(total.sum())} in all")
    for row in results.trials[results.trials["status"] == "failed"].head(10).itertuples():
        print(f"  failed {row.trial_id}: {last_line(row.error)}")
    for problem in [*results.problems, *lost_pictures(results)]:
        print(f"  problem: {problem}")
    if counts["missing"]:
        print("To go on: " + command_line(["unbraid", "resume", options.run_dir]))
    return 1 if counts["missing"] or counts["failed"] else 0
