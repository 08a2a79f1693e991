"""How often a process looks for garbage."""

import gc
import subprocess
import sys

import pytest

from harness.cli import main
from harness.garbage import SELDOM, collect_as_usual, collect_seldom
from harness.trial.process import prepare_process

USUAL = gc.get_threshold()


def test_seldom_and_as_usual() -> None:
    collect_seldom()
    assert gc.get_threshold() == (SELDOM, *USUAL[1:])
    collect_as_usual()
    assert gc.get_threshold() == USUAL


def test_a_command_does_so_seldom_while_it_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    thresholds = []
    monkeypatch.setattr(
        "harness.commands.list.run", lambda _: thresholds.append(gc.get_threshold()[0]) or 0
    )
    assert main(["list", "methods"]) == 0
    assert thresholds == [SELDOM]
    assert gc.get_threshold() == USUAL


def test_what_trains_does_so_as_usual() -> None:
    collect_seldom()
    prepare_process(threads=1)
    assert gc.get_threshold() == USUAL


def test_a_worker_does_not_look_again_at_what_it_has_imported() -> None:
    program = """
import harness.execution.preloaded
import gc
print(len(gc.get_objects()), gc.get_freeze_count())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    looked_at, frozen = map(int, done.stdout.split())
    assert looked_at < 0.01 * frozen
