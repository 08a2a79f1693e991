"""A bound on the memory that a step may take: a damaged file may ask for any amount of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def bounded_memory(n_bytes: int) -> Iterator[None]:
    """Let this process take no more than so much memory beyond what it has; Linux alone can.

    A few bytes of a pickle name a place in a table, which Python then makes as long as that.

    Raises:
        MemoryError: more was asked for.
    """
    statm = Path("/proc/self/statm")
    if not statm.exists():
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    bound = int(statm.read_text().split()[0]) * resource.getpagesize() + n_bytes
    if soft != resource.RLIM_INFINITY:
        bound = min(bound, soft)  # somebody has set one already
    resource.setrlimit(resource.RLIMIT_AS, (bound, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
