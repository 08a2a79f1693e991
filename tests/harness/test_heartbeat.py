"""A process that gives no sign of life is ended, one that is only slow is not."""

import subprocess
import sys

import pytest

START = """
import time
from harness.heartbeat import Watchdog, beat

def tell(what):
    print(what, flush=True)

watchdog = Watchdog(0.5, tell)
"""


def run(code: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", START + code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


HANGS = """
def waits_for_ever():
    beat("load batch 7")
    time.sleep(1e6)

with watchdog:
    waits_for_ever()
"""


def test_what_hangs_is_ended_with_its_stacks_and_what_it_did_last() -> None:
    ended = run(HANGS)
    assert ended.returncode == 1
    for told in (ended.stdout, ended.stderr):
        assert told.startswith(
            "hung: no sign of life for 0.5 s, the last before it: load batch 7\n"
        )
        assert "in waits_for_ever" in told


def test_telling_that_hangs_too_ends_all_the_same() -> None:
    slow = (
        "import harness.heartbeat; harness.heartbeat.TELL_S = 0.1\ntell = lambda _: time.sleep(1e6)"
    )
    ended = run(slow + "\nwatchdog = Watchdog(0.5, tell)" + HANGS)
    assert (ended.returncode, ended.stdout) == (1, "")


HOLDS_THE_LOCK = """
import ctypes
ctypes.PyDLL(None).sleep  # PyDLL, unlike CDLL, keeps Python's lock
with watchdog:
    time.sleep(0.2)
    ctypes.PyDLL(None).sleep(1000)
"""


def test_a_library_that_hangs_with_pythons_lock_is_ended_by_the_timer_below() -> None:
    ended = run(HOLDS_THE_LOCK)
    assert ended.returncode == 1
    assert ended.stderr.startswith("Timeout (0:00:01)!")


@pytest.mark.parametrize(
    "lives",
    [
        "with Watchdog(2, tell):\n for _ in range(12): time.sleep(0.2); beat()",
        "with watchdog: pass\ntime.sleep(1.5)",  # between two trials nothing is due
        "with watchdog: watchdog.close(); time.sleep(1.5)",
        "watchdog = Watchdog(None, tell)\nwith watchdog: time.sleep(1)",
    ],
    ids=["slow but alive", "idle", "closed", "never"],
)
def test_what_lives_is_left_alone(lives: str) -> None:
    ended = run(lives + "\nprint('well')")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "well\n", "")
