"""``unbraid doctor RUN_DIR``: whether all that a sweep has left is whole, and what to do if not."""

import sys
from collections.abc import Iterator

from harness.cluster.findings import Finding, show
from harness.durations import count
from harness.results import RunDirectory
from harness.results.examination import Examination
from harness.shell import command_line


def run(location: str, *, repair: bool) -> int:
    """Print what is damaged in a run directory or missing; return 1 if anything is and stays so.

    Args:
        location: the run directory.
        repair: move what is damaged to ``corrupt/``; nothing is deleted.

    Raises:
        UserError: there is no run, or a sweep holds the one that is to be repaired.
    """
    directory = RunDirectory(location)
    directory.require_run()
    if repair:
        with directory.lock():  # before the examination: a sweep writes while it is looked at
            found = _examined(directory)
            directory.set_aside(found.damages)
        for damage in found.damages:
            print(f"moved to corrupt/: {', '.join(damage.files)}; {damage.loss}")
    else:
        if holder := directory.holder():
            show([Finding("driver", f"a sweep is running ({holder}): --repair waits for its end")])
        found = _examined(directory)
    damaged = bool(found.damages) and not repair
    if damaged:
        command = command_line(["unbraid", "doctor", location, "--repair"])
        print(f"To set aside what is damaged: {command}", file=sys.stderr)
    elif missing := found.planned - found.finished:
        are_missing = count(missing, "trial is missing", "trials are missing")
        print(f"{are_missing}. To go on: {_resume(location)}")
    return 1 if damaged or not found.planned or found.planned > found.finished else 0


def _examined(directory: RunDirectory) -> Examination:
    found = directory.examine()
    show(_whole(found))
    for damage in found.damages:
        print(f"BAD  {damage.text}")
    return found


def _whole(found: Examination) -> Iterator[Finding]:
    if found.planned:
        whole = count(found.finished, "has a whole row", "have a whole row")
        text = f"{count(found.planned, 'trial')} planned, {whole}"
        yield Finding("plan", text, ok=True)
    for folder, n in found.files.items():
        yield Finding(folder, count(n, "file is whole", "files are whole"), ok=True)
    if found.twice:
        text = count(found.twice, "trial is in two files", "trials are in two files")
        yield Finding("twice", f"{text}; the next resume merges them")
    if n := found.without_curves:
        text = count(n, "finished trial has", "finished trials have")
        yield Finding("curves", f"{text} no point of a curve")


def _resume(location: str) -> str:
    return command_line(["unbraid", "resume", location])
