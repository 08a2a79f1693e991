"""``python -m benchmarks [--only a,c] [--quick]``: every benchmark, then one summary.

Whatever is compared is measured in the same run, side by side and by turns: on a busy machine the
ratios mean something where the seconds do not.
"""

import argparse

from benchmarks import (
    data,
    driver,
    games,
    labels,
    leaderboard,
    metrics,
    pairs,
    results,
    stacks,
    startup,
    steps,
    sweeps,
    table5,
)
from benchmarks.tables import Measured, print_summary

SUBJECTS = {
    "a": sweeps.measure_trials,
    "b": steps.measure,
    "c": sweeps.measure_sweeps,
    "d": results.measure,
    "e": data.measure,
    "f": startup.measure,
    "g": table5.measure,
    "h": pairs.measure,
    "i": labels.measure,
    "j": leaderboard.measure,
    "k": metrics.measure,
    "l": driver.measure,
    "m": driver.measure_fake_workers,
    "n": games.measure,
    "o": stacks.measure,
}


def main() -> None:
    """Run the benchmarks that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default=",".join(SUBJECTS), help="subjects, for example a,c")
    parser.add_argument("--quick", action="store_true", help="fewer and smaller repetitions")
    options = parser.parse_args()
    chosen = options.only.split(",")
    if unknown := set(chosen) - set(SUBJECTS):
        parser.error(f"no subject {', '.join(sorted(unknown))}; there are {', '.join(SUBJECTS)}")
    measured: list[Measured] = []
    for letter in chosen:
        measured += SUBJECTS[letter](options.quick)
    print_summary(measured)


if __name__ == "__main__":
    main()
