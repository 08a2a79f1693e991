"""Nineteen misbehaving methods in one sweep: each fails alone and says why, and the others run."""

import shutil
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest

import reports
from harness.results import load
from harness.results.records import LONGEST_ERROR
from tests.harness.execution.conftest import Start
from tests.harness.execution.helpers import misbehaving
from tests.harness.execution.helpers.sweeps import scores

HOW = get_args(misbehaving.HOW)

SAYS = {
    "raises_when_built": "ArithmeticError: when built",
    "raises_when_drawing": "ArithmeticError: when drawing",
    "raises_when_training": "ArithmeticError: in training",
    "raises_when_scored": "ArithmeticError: when scored",
    "raises_megabytes": "xxxx",
    "raises_the_untellable": "UntellableError",
    "raises_the_unpicklable": "ArithmeticError: <unlocked _thread.lock",
    "leaves_by_sys_exit": "died: exit code 0",
    "interrupts_itself": "in 2 attempts",
    "recurses": "RecursionError",
    "wants_a_petabyte": "RuntimeError",
    "loses_its_numbers": "is nan",
    "loses_its_shape": "RuntimeError",
    "loses_its_graph": "RuntimeError",
    "returns_nothing": "Error",
    "changes_everything": "ArithmeticError: everything is changed",
    "exits": "or os._exit in its own code",
    "is_killed": "died: SIGKILL",
    "crashes": "died: SIGSEGV (segmentation fault)",
}
"""What stands in the error of each."""


def swept(run: Path, *how: str) -> tuple[str, ...]:
    choices = f"method.how=choice({','.join(how)})"
    return (
        *("sweep", "method=misbehaving.Misbehaving", choices, "seeds=1"),
        *("dataset=digits", "scale=smoke", "ray.num_cpus=2", "ray.max_retries=1"),
        f"run_dir={run}",
    )


def test_there_are_nineteen() -> None:
    assert len(SAYS) == 19
    assert set(HOW) == {"calm", *SAYS}


@pytest.mark.slow  # five workers die, of which each is started twice
@pytest.mark.timeout(1500)
def test_each_fails_alone(start: Start, tmp_path: Path) -> None:
    shutil.copy(misbehaving.__file__, tmp_path)
    run, control = tmp_path / "run", tmp_path / "control"
    command = start(*swept(run, *SAYS, "calm"), cwd=tmp_path)  # by then its worker has seen much
    assert command.wait(patience=1200) == 1, command.err
    trials = load(run).trials.set_index("param.method.how")
    ended = trials["status"].to_dict()
    wrong = "loses_its_numbers"
    assert ended == dict.fromkeys(SAYS, "failed") | {wrong: "diverged", "calm": "ok"}
    errors = trials["error"].fillna("")
    assert {how: said for how, said in SAYS.items() if said not in errors[how]} == {}
    assert errors.str.len().max() <= LONGEST_ERROR + 200, "a page holds all of them"
    assert "Traceback" not in command.err

    assert start(*swept(control, "calm"), cwd=tmp_path).wait() == 0
    alone, among = (scores(load(each)) for each in (control, run))
    calm = among[among["status"] == "ok"].reset_index(drop=True)
    pd.testing.assert_frame_equal(calm.dropna(axis=1), alone.dropna(axis=1), check_exact=True)
    page = reports.build(load(run), "comparison", tmp_path / "report.html").read_text()
    assert len(page) < 20_000_000
    assert all(how in page for how in SAYS)
