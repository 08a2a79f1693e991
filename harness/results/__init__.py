"""Results of sweeps: written trial by trial into a run directory, read as data frames.

Needs neither torch nor Ray.
"""

from harness.results.columns import Columns
from harness.results.loading import load
from harness.results.records import (
    FINAL_STATUSES,
    SCORED_SPLITS,
    Curves,
    Results,
    Status,
    TrialRecord,
)
from harness.results.run_directory import RunDirectory

__all__ = [
    "FINAL_STATUSES",
    "SCORED_SPLITS",
    "Columns",
    "Curves",
    "Results",
    "RunDirectory",
    "Status",
    "TrialRecord",
    "load",
]
