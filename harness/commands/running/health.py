"""``unbraid doctor RUN_DIR``: whether all that a sweep has left is whole, and what to do if not."""

import sys
from collections.abc import Iterator

from harness.cluster.findings import Finding, show
from harness.results import RunDirectory
from harness.results.examination import Examination
from harness.shell import command_line


def run(location: str, *, repair: bool) -> int:
    """Print what is damaged in a run directory; return 1 if anything is and stays so.

    Args:
        location: the run directory.
        repair: move what is damaged to ``corrupt/``; nothing is deleted.
    """
    directory = RunDirectory(location)
    found = directory.examine()
    missing = found.planned - found.finished
    show(_whole(found))
    for damage in found.damages:
        print(f"BAD  {damage.text}")
    if found.damages and repair:
        with directory.lock():
            directory.set_aside(found.damages)
        for damage in found.damages:
            print(f"moved to corrupt/: {', '.join(damage.files)}; {damage.loss}")
    elif found.damages:
        command = command_line(["unbraid", "doctor", location, "--repair"])
        print(f"To set aside what is damaged: {command}", file=sys.stderr)
    if missing and found.planned and (repair or not found.damages):
        print(f"{missing} trials are missing. Run them: " + _resume(location))
    return 1 if found.damages and not repair else 0


def _whole(found: Examination) -> Iterator[Finding]:
    if found.planned:
        text = f"{found.planned} trials planned, {found.finished} have a whole row"
        yield Finding("plan", text, ok=True)
    for folder, n in found.files.items():
        yield Finding(folder, f"{n} files are whole", ok=True)
    if found.twice:
        text = f"{found.twice} trials are in two files; the next resume merges them"
        yield Finding("twice", text)
    if found.without_curves:
        yield Finding("curves", f"{found.without_curves} finished trials have no point of a curve")


def _resume(location: str) -> str:
    return command_line(["unbraid", "resume", location])
