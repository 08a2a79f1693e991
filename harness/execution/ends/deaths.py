"""Why a worker process died, as far as Ray and the machine that it ran on tell it.

Ray's error of a dead worker has an exit code where the process ended in order, and SIGTERM; of
every other signal it says that the connection broke, and of a task's process nothing at all.
Python's own fault handler, which Ray sets in its workers, writes of a fault to the worker's
standard error before the process ends. What ends without a word is left: SIGKILL, often the
kernel's for want of memory, and ``os._exit``.
"""

import re
from pathlib import Path

from harness.execution.session.private import local_output

DIED = "died: "
"""How what is told begins."""

_FAULTS = {
    "Segmentation fault": "SIGSEGV",
    "Aborted": "SIGABRT",
    "Bus error": "SIGBUS",
    "Illegal instruction": "SIGILL",
    "Floating-point exception": "SIGFPE",
    "Floating point exception": "SIGFPE",
}
_FAULT = re.compile(r"^Fatal Python error: ([^\n]*)(.*?)(?=\n\nExtension modules|\Z)", re.M | re.S)
_LOCKED = re.compile(r"^Timeout \([\d:.]+\)!$", re.M)
_LOW = re.compile(r"low on memory|OutOfMemoryError|memory usage threshold|memory upper bound")
_CODE = re.compile(r"exit code (-?\d+)")
_BROKEN = "connection error code"
_TASK = "worker died unexpectedly while executing this task"
_BY_KERNEL = "SIGKILL: out of memory, the kernel has ended a process of its machine"


class Deaths:
    """Tells why processes of a sweep died, one after another.

    A sweep has one of these, for all that dies of it: each process that the kernel has ended for
    want of memory is told of one death.

    Args:
        alone: whether all its processes run on this machine. Ray's error of a dead task does not
            say on which it ran.
    """

    def __init__(self, *, alone: bool) -> None:
        self._alone, self._told_kills = alone, memory_kills()

    def told(self, error: str) -> str:
        """Return Ray's error below a line with the cause, and the stack of a fault between them.

        An error that is of no dead process, or of one whose machine is gone, is left as it is.
        """
        printed = local_output(error)
        here = printed is not None or (self._alone and _TASK in error)
        untold = memory_kills() - self._told_kills if here else 0
        why = cause(error, printed or "", untold)
        if not why:
            return error
        self._told_kills += why == _BY_KERNEL
        fault = _FAULT.search(printed or "")
        return "\n\n".join(filter(None, [DIED + why, fault and fault[0].strip(), error]))


def cause(error: str, printed: str, killed_for_memory: int) -> str:
    """Return in words what ended a process; "" where nothing says so.

    Args:
        error: Ray's, of the dead worker.
        printed: the end of what the worker wrote to its standard error.
        killed_for_memory: processes that the kernel of its machine has ended for want of memory,
            beside those of which it was told already.
    """
    if _LOW.search(error):
        return "out of memory: Ray ended it, as its machine ran low on memory"
    if said := _by_itself(printed) or _by_ray(error):
        return said
    if killed_for_memory and (_BROKEN in error or _TASK in error):
        return _BY_KERNEL
    if _BROKEN not in error:
        return ""
    return "SIGKILL, or os._exit in its own code: no other end is without a word"


def _by_itself(printed: str) -> str:
    if fault := _FAULT.search(printed):
        name = fault[1].strip()
        return f"{_FAULTS.get(name, 'SIGABRT')} ({name[:1].lower()}{name[1:]})"
    return "no sign of life, with Python's lock held" if _LOCKED.search(printed) else ""


def _by_ray(error: str) -> str:
    if "SIGTERM" in error:
        return "SIGTERM"
    code = _CODE.search(error)
    return f"exit code {code[1]}" if code else ""


def memory_kills() -> int:
    """Return how many processes this machine's kernel has ended for want of memory; 0: unknown."""
    try:
        counters = dict(line.split() for line in Path("/proc/vmstat").read_text().splitlines())
    except (OSError, ValueError):
        return 0
    return int(counters.get("oom_kill", 0))
