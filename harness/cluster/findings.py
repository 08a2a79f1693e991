"""Lines of the commands that check something: a machine, a cluster's file, a run directory."""

from collections.abc import Iterable
from dataclasses import dataclass

_MARKS = {True: "ok", False: "BAD", None: "-"}


@dataclass(frozen=True)
class Finding:
    """What was found about one thing.

    Attributes:
        topic: the thing, in a word.
        text: what was found, and what to do about it if it is bad.
        ok: None for a line that only informs.
    """

    topic: str
    text: str
    ok: bool | None = None


def show(findings: Iterable[Finding], width: int = 10) -> bool:
    """Print each finding as it comes; return whether one is bad.

    Args:
        findings: may be found one after another while they are printed.
        width: letters of the column of topics.
    """
    bad = False
    for finding in findings:
        print(f"{_MARKS[finding.ok]:<4} {finding.topic:<{width}} {finding.text}", flush=True)
        bad |= finding.ok is False
    return bad
