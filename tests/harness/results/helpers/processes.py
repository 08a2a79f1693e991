"""Processes that use a run directory and are killed; the tests start it as a module.

Everything is forked from one process that has imported the libraries and used none of them yet, so
that a kill costs milliseconds. SIGKILL is real: no ``finally`` runs, no buffer is flushed.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from harness.results import RunDirectory, load
from harness.results.storage import Storage
from tests.harness.results.helpers import synthetic

ROOT = Path(__file__).parents[4]


def start(*arguments: object) -> "subprocess.Popen[str]":
    """Start one of the commands below in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "tests.harness.results.helpers.processes",
        *map(str, arguments),
    ]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE)


def output(*arguments: object) -> list[str]:
    """Run one of the commands below and return the lines it prints."""
    with start(*arguments) as process:
        printed, _ = process.communicate()
    assert process.returncode == 0, printed
    return printed.split()


def forked(action: Callable[[], object]) -> int:
    """Run an action in a fork; return its process id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        action()
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


def wait(pid: int) -> int:
    """Return a fork's exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def kill_before_operation(number: int) -> None:
    """Let this process kill itself just before its n-th sync, rename, move or deletion."""
    left = number

    def counting(operation: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            nonlocal left
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
            return operation(*args, **kwargs)

        return counted

    for module, name in ((os, "fsync"), (os, "replace"), (Storage, "delete"), (Storage, "move")):
        setattr(module, name, counting(getattr(module, name)))


def mend(run: RunDirectory) -> None:
    """Verify a run, and set aside what only reading all of it finds."""
    run.verify(stale_after=0)
    run.set_aside(run.examine().damages)


ACTIONS: dict[str, Callable[[RunDirectory], object]] = {
    "create": lambda run: synthetic.create(run.location, 3),
    "write": lambda run: run.write(synthetic.record(1)),
    "compact": lambda run: run.compact(min_parts=1),
    "remove": lambda run: run.remove([synthetic.trial_id(i) for i in (0, 1, 5)]),
    "mend": mend,
    "write_model": lambda run: run.write(synthetic.record(1, model=b"new")),
    "measure": lambda run: synthetic.measure(run, (3, 5)),
}


def kill_everywhere(action: str, location: str, copies: str) -> None:
    """Run an action in copies of a run, killed before its 0th, 1st, … operation, until it ends."""
    for number in count():
        copy = Path(copies) / str(number)
        shutil.copytree(location, copy)

        def acting(copy: Path = copy, number: int = number) -> None:
            kill_before_operation(number)
            ACTIONS[action](RunDirectory(copy))

        code = wait(forked(acting))
        print(code, flush=True)
        if code != -signal.SIGKILL:
            break


def write_missing(location: str, share: int, of: int, n: int) -> None:
    """Write every ``of``-th missing trial of a run of n trials, from the ``share``-th on."""
    run = RunDirectory(location)
    finished = run.finished()
    for index in range(share, n, of):
        if synthetic.trial_id(index) not in finished:
            run.write(synthetic.record(index, points=20))


def check(location: str) -> None:
    """Fail unless what can be read is whole; exit with 3 if all trials are there."""
    results = load(location)
    assert results.problems == []
    assert results.trials["trial_id"].is_unique
    if not results.counts["missing"]:
        os._exit(3)


def rounds(location: str, n: str, seed: str) -> None:
    """Let two writers and a merging driver be killed at random times until n trials are written.

    A round is longer than the one before, so that there is an end on a slow machine too.
    """
    rng = random.Random(int(seed))
    kills, patience, checked = 0, 0.02, 0
    while checked != 3:
        jobs = [forked(lambda s=share: write_missing(location, s, 2, int(n))) for share in (0, 1)]
        jobs.append(forked(lambda: RunDirectory(location).compact(min_parts=rng.choice((5, 20)))))
        time.sleep(rng.uniform(0, patience))
        for pid in jobs:
            os.kill(pid, signal.SIGKILL)
        kills += [wait(pid) for pid in jobs].count(-signal.SIGKILL)
        checked = wait(forked(lambda: check(location)))
        assert checked in (0, 3)
        patience *= 1.2
    print(kills)


def rewrite(location: str, index: str, times: str) -> None:
    """Write one trial again and again."""
    run = RunDirectory(location)
    for _ in range(int(times)):
        run.write(synthetic.record(int(index)))


def write_and_compact(location: str, share: str, of: str) -> None:
    """Write every ``of``-th trial; the first of these processes also compacts now and then."""
    run = RunDirectory(location)
    for written, index in enumerate(range(int(share), len(load(location).plan), int(of))):
        run.write(synthetic.record(index, points=20))
        if share == "0" and written % 10 == 9:
            run.compact(min_parts=3)


def hold_lock(location: str) -> None:
    """Hold the lock until killed."""
    with RunDirectory(location).lock():
        print("held", flush=True)
        time.sleep(60)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
