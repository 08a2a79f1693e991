"""Sweeps are killed at random moments; started again they end as if nothing had happened."""

import random
import re
import shlex
import signal
import time
from pathlib import Path

import pytest

from harness.results import load
from tests.harness.execution.conftest import Start
from tests.harness.execution.helpers.sweeps import (
    SWEEP,
    TRIALS,
    Command,
    finished,
    parts,
    same_results,
)

KILLS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
FEW = 5
"""With fewer trials left than this, a session may end before it can be killed."""


def wait_for_a_moment(command: Command, run: Path, rng: random.Random) -> None:
    """Wait for a random moment: while Ray starts, or at any point in and between the trials."""
    known, new = len(finished(run)), rng.randint(0, 2)
    if new:
        command.until(lambda: len(finished(run)) >= known + new)
        time.sleep(rng.uniform(0, 0.4))  # a trial takes about as long
    else:
        until = time.monotonic() + rng.uniform(1, 6)
        command.until(lambda: time.monotonic() > until or len(finished(run)) > known)


def go_on(command: Command, run: Path, rng: random.Random) -> list[str]:
    """Return the arguments of the next session: the same command, or what the last one advises."""
    advice = re.search(r"^To go on: unbraid (.*)$", command.err, re.MULTILINE)
    if advice and rng.random() < 0.5:
        return [*shlex.split(advice[1]), "ray.num_cpus=2"]
    return [*SWEEP, f"run_dir={run}"]


def check_interruption(command: Command, number: int, code: int, run: Path) -> None:
    """Fail unless a session that was told to stop in the middle says where it stands."""
    if number == signal.SIGKILL:
        assert code == -signal.SIGKILL
    elif "to run, 2 at a time" in command.out:
        assert code == 130, command.err
        assert f"Interrupted: {len(finished(run))} of {TRIALS} trials are finished" in command.err
        assert command.err.rstrip().endswith(f"To go on: unbraid resume {run}")
        assert "Traceback" not in command.err
    else:  # while Ray starts, its own processes may take this one with them
        assert code != 0


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("seed", "kills"),
    [(0, 1), *(pytest.param(n, len(KILLS), marks=pytest.mark.slow) for n in range(9))],
)
def test_a_sweep_killed_again_and_again_ends_as_one_left_alone(
    start: Start, control: Path, tmp_path: Path, seed: int, kills: int
) -> None:
    print(f"seed {seed}")
    rng, run = random.Random(seed), tmp_path / "run"
    arguments = [*SWEEP, f"run_dir={run}"]
    kept = parts(run)
    for number in rng.sample(KILLS, kills):
        if len(finished(run)) > TRIALS - FEW:
            break
        command = start(*arguments)
        wait_for_a_moment(command, run, rng)
        code = command.kill(number)
        check_interruption(command, number, code, run)
        assert kept.items() <= parts(run).items()
        kept = parts(run)
        print(f"{number!r} with {len(kept) // 3} trials finished")
        arguments = go_on(command, run, rng)

    command = start(*arguments)
    command.until(lambda: " planned, " in command.out)
    (done,) = map(int, re.findall(rf"{TRIALS} trials planned, (\d+) finished", command.out))
    assert done >= len(kept) // 3  # workers that outlived their driver may have finished a trial
    if done <= TRIALS - FEW:
        command.until(lambda: len(finished(run)) > done and command.workers())
        rng.choice(command.workers()).kill()
        print("a worker killed")
    assert command.wait() == 0, command.err
    assert f"{TRIALS} of {TRIALS} trials finished: {TRIALS} ok" in command.out
    assert kept.items() <= parts(run).items(), "a finished trial ran again"
    assert finished(run) == finished(control)
    same_results(run, control)
    assert load(run).kept() == load(control).kept(), "the same model is the best"

    kept = parts(run)
    command = start(*SWEEP, f"run_dir={run}")
    assert command.wait() == 0, command.err
    assert "to run" not in command.out
    assert parts(run) == kept
