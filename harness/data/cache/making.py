"""What is told of an array that takes long to make."""

import sys
import time
from collections.abc import Iterator

import numpy as np

QUIET_S = 5.0
"""Seconds before the first line and between two of them; what is made faster says nothing."""


def told(name: str, total: int, chunks: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield the chunks; on stderr say now and then how many of ``total`` rows are made."""
    started = said = time.monotonic()
    done = 0
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        now = time.monotonic()
        if now - said > QUIET_S:
            said = now
            left = (now - started) * (total - done) / done
            print(
                f"{name}: {done:,} of {total:,} images prepared, about {left:.0f} s left",
                file=sys.stderr,
                flush=True,
            )
