"""Signals interrupt once, however many come; what ends a sweep then is not interrupted itself."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from harness import interruption


@pytest.fixture(autouse=True)
def _listening() -> Iterator[None]:
    before = [signal.getsignal(number) for number in interruption.SIGNALS]
    interruption.listen()
    yield
    for number, handler in zip(interruption.SIGNALS, before, strict=True):
        signal.signal(number, handler)


def press(times: int = 1) -> None:
    for _ in range(times):
        signal.raise_signal(signal.SIGINT)


def ends_after(cleaning: list[str]) -> None:
    """Be interrupted, and clean up in the ways there are while signals come."""
    try:
        press()
    finally:
        press(3)
        cleaning.append("finally")
        try:
            Path("nowhere").read_text()
        except FileNotFoundError:
            press(3)
            cleaning.append("except")


def test_what_cleans_up_is_not_interrupted_again() -> None:
    cleaning: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        ends_after(cleaning)
    assert cleaning == ["finally", "except"]


def test_an_interruption_that_got_lost_is_raised_again() -> None:
    interruption.raise_if_interrupted()
    with suppress(KeyboardInterrupt):
        press()
    with pytest.raises(KeyboardInterrupt):
        interruption.raise_if_interrupted()
    with pytest.raises(KeyboardInterrupt):
        press()


COMMAND = """
import sys, time
from harness import cli
from harness.commands import status

def run(options):
    try:
        print("begun", flush=True)
        time.sleep(60)
    finally:
        for _ in range({pauses}):
            time.sleep(0.1)
        print("cleaned", flush=True)

status.run = run
cli.interruption.PATIENCE_S = {patience_s}
sys.exit(cli.main(["status", "nowhere"]))
"""


def hammered(folder: Path, **how: float) -> tuple[int, str, str]:
    """Send signals to a command from its beginning to its end; return its code and its output."""
    script = folder / "command.py"
    script.write_text(COMMAND.format(**how))
    process = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "begun\n"
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        time.sleep(0.01)
    out, err = process.communicate()
    return process.returncode, out, err


def test_many_quick_signals_end_in_one_line(tmp_path: Path) -> None:
    ended = 130, "cleaned\n", "\nunbraid status: interrupted\n"
    assert hammered(tmp_path, pauses=5, patience_s=60) == ended


def test_what_hangs_long_after_the_first_signal_is_left(tmp_path: Path) -> None:
    assert hammered(tmp_path, pauses=9999, patience_s=0.5) == (130, "", "")


def test_of_what_callbacks_drop_interruptions_alone_are_not_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dropped:
        def __init__(self, error: type[BaseException]) -> None:
            self.error = error

        def __del__(self) -> None:
            raise self.error

    monkeypatch.setattr(sys, "unraisablehook", interruption.tell_unraisable)
    with pytest.raises(KeyboardInterrupt):
        press()
    for error in (KeyboardInterrupt, ArithmeticError):
        Dropped(error)
    assert "KeyboardInterrupt" not in (said := capsys.readouterr().err)
    assert "ArithmeticError" in said


HELD = """
import os, signal, sys, time
from harness import interruption

if {listens}:
    interruption.listen()
before = [signal.getsignal(number) for number in interruption.SIGNALS]
try:
    with interruption.held_back():
        for number in {numbers}:
            os.kill(os.getpid(), number)
            time.sleep(0.01)
        print("through")
except KeyboardInterrupt:
    print("interrupted")
print(before == [signal.getsignal(number) for number in interruption.SIGNALS])
"""


@pytest.mark.parametrize("numbers", ["[2]", "[15]", "[2, 15, 2]", "[15, 15]"])
def test_what_is_held_back_is_heard_at_the_end_and_once(numbers: str) -> None:
    code = HELD.format(listens=True, numbers=numbers)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "through\ninterrupted\nTrue\n"


def test_what_is_held_back_is_heard_as_it_would_have_been() -> None:
    """By Python's own handlers, where nobody listens: of SIGTERM a process dies."""
    code = HELD.format(listens=False, numbers="[2]")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "through\ninterrupted\nTrue\n"
    code = HELD.format(listens=False, numbers="[15]")
    done = subprocess.run(
        [sys.executable, "-uc", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (-15, "through\n")


def test_a_second_signal_long_after_the_first_is_not_held_back() -> None:
    code = HELD.format(listens=True, numbers="[2, 2]")
    code = code.replace("if True", "interruption.PATIENCE_S = 0.0\nif True")
    done = subprocess.run(
        [sys.executable, "-uc", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (130, "")


def test_nothing_is_held_back_by_a_thread_that_hears_nothing() -> None:
    code = (
        "import threading; from harness.interruption import held_back\n"
        "def run():\n with held_back(): print('through')\n"
        "thread = threading.Thread(target=run); thread.start(); thread.join()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "through\n"
