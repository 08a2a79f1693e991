"""A line of ``unbraid cluster check``."""

from dataclasses import dataclass


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
