"""``unbraid watch``: how a running sweep gets on, read from its run directory alone."""

import argparse
import sys
import time

from harness.commands.running.watched import Ended, Watched
from harness.durations import duration
from harness.errors import UserError
from harness.results import FINAL_STATUSES
from harness.results.remote.address import label_of
from harness.shell import command_line

LATEST = 6
"""How many of the trials that ended last are shown."""


def run(options: argparse.Namespace) -> int:
    """Show progress until the sweep ends, nobody drives it, or Ctrl-C; return status's code."""
    if not 0.1 <= options.every <= 3600:
        raise UserError(f"--every {options.every:g}: give seconds from 0.1 to 3600")
    watched = Watched(options.run_dir)
    screen, drawn = sys.stdout.isatty(), 0
    try:
        while True:
            new = watched.look()
            if screen:
                lines = _screen(options.run_dir, watched)
                sys.stdout.write(f"\x1b[{drawn}F\x1b[J" if drawn else "")
                drawn = len(lines)
                print("\n".join(lines), flush=True)
            elif new or not drawn:
                drawn = 1
                print(_line(watched, new), flush=True)
            if watched.missing <= 0 or watched.driven is False:
                break
            time.sleep(options.every)
    except KeyboardInterrupt:
        print(file=sys.stderr)
    if watched.missing > 0 and watched.driven is False:
        print("No driver is at work here. To go on: " + _resume(options.run_dir))
    return 1 if watched.missing > 0 or watched.counts()["failed"] else 0


def _resume(location: str) -> str:
    return command_line(["unbraid", "resume", location])


def _line(watched: Watched, new: list[Ended]) -> str:
    """Return one line for a log."""
    last = f"  last: {_trial(new[-1])}" if new else ""
    return f"[{len(watched.ended)}/{watched.planned}] {_statuses(watched)}{_left(watched)}{last}"


def _screen(location: str, watched: Watched) -> list[str]:
    """Return the lines of a terminal."""
    known = {True: watched.driver, False: "nobody", None: watched.driver or "unknown"}
    latest = list(watched.ended.values())[-LATEST:]
    return [
        f"{label_of(location)}: {len(watched.ended)} of {watched.planned} trials finished",
        f"  {_statuses(watched)}{_left(watched)}",
        f"  driver: {known[watched.driven]}",
        *(f"  {_trial(row)}" for row in reversed(latest)),
    ]


def _statuses(watched: Watched) -> str:
    counts = watched.counts()
    return ", ".join(f"{counts[s]} {s}" for s in FINAL_STATUSES if counts[s]) or "none yet"


def _left(watched: Watched) -> str:
    if not watched.pace or watched.missing <= 0:
        return ""
    left = duration(max(1, round(watched.missing / watched.pace)))
    return f", {3600 * watched.pace:.3g} an hour, {left} left"


def _trial(row: Ended) -> str:
    where = f" on {row.host}" if row.host else ""
    return f"{row.status:<8} {row.name}  {duration(row.seconds)}{where}"
