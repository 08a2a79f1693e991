"""A run directory has one driver, and a larger sweep takes up where a smaller one ended."""

from pathlib import Path

import pytest

from tests.harness.execution.conftest import Start
from tests.harness.execution.helpers.sweeps import SWEEP, TRIALS, finished, parts


@pytest.mark.timeout(600)
def test_more_seeds_extend_a_sweep_which_refuses_a_second_driver_meanwhile(
    start: Start, copy: Path
) -> None:
    kept = parts(copy)
    more = (*SWEEP, "seeds=5", f"run_dir={copy}")
    first = start(*more)
    first.until(lambda: "to run" in first.out)
    second = start(*more)
    assert second.wait() == 2
    assert f"is in use by process {first.process.pid} on " in second.err
    assert first.wait() == 0, first.err
    assert f"{TRIALS + 4} trials planned, {TRIALS} finished" in first.out
    assert "4 trials to run" in first.out
    assert len(finished(copy)) == TRIALS + 4
    assert kept.items() <= parts(copy).items(), "a finished trial ran again"
