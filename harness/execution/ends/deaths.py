"""Why a worker process died, as far as Ray and the machine that it ran on tell it.

Ray's error of a dead worker has an exit code where the process ended in order, and SIGTERM; of
every other signal it says that the connection broke. Python's own fault handler, which Ray sets in
its workers, writes of a fault to the worker's standard error before the process ends. What ends
without a word is left: SIGKILL, often the kernel's for want of memory, and ``os._exit``.
"""

import re
from pathlib import Path

from harness.execution.ray_private import local_output

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


class Deaths:
    """Tells why workers died, one after another."""

    def __init__(self) -> None:
        self._memory_kills = memory_kills()

    def told(self, error: str) -> str:
        """Return Ray's error below a line with the cause, and the stack of a fault between them.

        An error that is of no dead process, or of one whose machine is gone, is left as it is.
        """
        printed, before = local_output(error), self._memory_kills
        self._memory_kills = memory_kills()
        here = printed is not None
        why = cause(error, printed or "", self._memory_kills - before if here else 0)
        if not why:
            return error
        fault = _FAULT.search(printed or "")
        return "\n\n".join(filter(None, [DIED + why, fault and fault[0].strip(), error]))


def cause(error: str, printed: str, killed_for_memory: int) -> str:
    """Return in words what ended a process; "" where nothing says so.

    Args:
        error: Ray's, of the dead worker.
        printed: the end of what the worker wrote to its standard error.
        killed_for_memory: processes that the kernel of its machine has ended meanwhile for want of
            memory.
    """
    if _LOW.search(error):
        return "out of memory: Ray ended it, as its machine ran low on memory"
    if said := _by_itself(printed) or _by_ray(error):
        return said
    if _BROKEN not in error:
        return ""
    if killed_for_memory:
        return "SIGKILL: out of memory, the kernel has ended a process of its machine"
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
