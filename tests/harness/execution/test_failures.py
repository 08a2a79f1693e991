"""A method that raises, one whose process dies, and one that hangs take nothing down with them."""

from pathlib import Path

import pandas as pd
import pytest

from harness.results import load
from tests.harness.execution.conftest import Start
from tests.harness.execution.helpers.sweeps import parts

METHOD = '''
import os, signal, time

import torch
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from models.hyperparameters import Structure
from models.vae.hyperparameters import VAEHyperparameters
from models.vae.vae import VAE

HERE = Path(__file__).parent


@dataclass(frozen=True)
class MoodyHyperparameters(VAEHyperparameters):
    mood: Annotated[
        Literal["raises", "dies", "hangs", "slow", "calm"], Structure("", "what it does", "")
    ] = "calm"


class Moody(VAE):
    """A VAE that is in a bad mood in the middle of training, unless it has been cured."""

    Hyperparameters = MoodyHyperparameters

    def objective(self, batch, noise, values):
        mood = self.hyperparameters.mood
        if mood == "slow":
            time.sleep(0.3)  # 32 times, more than a trial may be silent
        elif values["kl_weight"] == 1 and mood != "calm" and not (HERE / "cured").exists():
            with (HERE / "attempts").open("a") as file:
                print(mood, file=file)
            if mood == "dies":
                again = (HERE / "attempts").read_text().count(mood) > 1
                os.kill(os.getpid(), signal.SIGKILL if again else signal.SIGSEGV)
            if mood == "hangs":
                time.sleep(1e6)
            torch.set_default_dtype(torch.float64)  # the next trial of this process feels nothing
            os.chdir("/")
            raise ArithmeticError("a bad mood")
        return super().objective(batch, noise, values)
'''


def line_of(code: str) -> int:
    return next(n for n, line in enumerate(METHOD.splitlines(), 1) if code in line)


def attempts(folder: Path) -> dict[str, int]:
    moods = (folder / "attempts").read_text().split()
    return {mood: moods.count(mood) for mood in sorted(set(moods))}


def by_mood(run: Path) -> pd.DataFrame:
    return load(run).trials.set_index("param.method.mood")


@pytest.mark.timeout(600)
def test_trials_that_raise_or_die_fail_alone_and_run_again_when_asked(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "moody.py").write_text(METHOD)
    run = tmp_path / "run"
    swept = ("method=moody.Moody", "method.mood=choice(raises,dies,calm)", "seeds=1")
    limits = ("ray.num_cpus=2", "ray.max_retries=1")
    command = start("sweep", *swept, "scale=smoke", *limits, f"run_dir={run}", cwd=tmp_path)
    assert command.wait() == 1
    assert "3 of 3 trials finished: 1 ok, 2 failed" in command.out
    assert f"unbraid resume {run} retry_failed=true" in command.err
    trials = by_mood(run)
    ended = {"raises": "failed", "dies": "failed", "calm": "ok"}
    assert trials["status"].to_dict() == ended
    traceback, death = str(trials.loc["raises", "error"]), str(trials.loc["dies", "error"])
    assert traceback.startswith("Traceback")
    assert f'moody.py", line {line_of("raise ArithmeticError")}, in objective' in traceback
    assert traceback.rstrip().endswith("ArithmeticError: a bad mood")
    assert "worker process has died" in death
    last = death.splitlines()[-1]
    assert last.startswith("No worker process finished this trial in 2 attempts; the last died: ")
    assert "SIGKILL" in last
    assert f"failed {trials.loc['dies', 'trial_id']}: {last}" in command.err
    assert "a worker died: SIGSEGV (segmentation fault); started again: " in command.out
    assert attempts(tmp_path) == {"dies": 2, "raises": 1}
    curves = load(run).curves
    assert (curves["trial_id"] == trials.loc["raises", "trial_id"]).sum() > 0, "lost its curve"

    command = start("resume", run, cwd=tmp_path)
    assert command.wait() == 1
    assert attempts(tmp_path) == {"dies": 2, "raises": 1}

    (tmp_path / "cured").touch()
    calm = str(trials.loc["calm", "trial_id"])
    kept = {name: file for name, file in parts(run).items() if calm in name}
    assert len(kept) == 3
    command = start("resume", run, "retry_failed=true", cwd=tmp_path)
    assert command.wait() == 0, command.err
    assert "2 failed trials will run again" in command.out
    trials = by_mood(run)
    assert set(trials["status"]) == {"ok"}
    assert trials["error"].isna().all()
    assert kept.items() <= parts(run).items(), "a finished trial ran again"


@pytest.mark.slow  # it waits out what a trial may be silent for, twice
@pytest.mark.timeout(900)
def test_a_trial_that_hangs_is_ended_and_one_that_is_slow_is_not(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "moody.py").write_text(METHOD)
    run = tmp_path / "run"
    swept = ("method=moody.Moody", "method.mood=choice(hangs,slow)", "seeds=1")
    limits = ("ray.num_cpus=2", "ray.max_retries=1", "ray.silent_limit_s=8")
    command = start("sweep", *swept, "scale=smoke", *limits, f"run_dir={run}", cwd=tmp_path)
    assert command.wait(patience=600) == 1
    trials = by_mood(run)
    assert trials["status"].to_dict() == {"hangs": "failed", "slow": "ok"}
    hung, last = str(trials.loc["hangs", "error"]), "hung: no sign of life for 8 s, the last"
    assert hung.startswith(f"{last} before it: step 8, the last of epoch 1\n")
    assert f'moody.py", line {line_of("time.sleep(1e6)")} in objective' in hung
    assert hung.endswith(f"in 2 attempts; the last {last} before it: step 8, the last of epoch 1.")
    assert f"\n{last}" in command.out
    assert not list((run / "checkpoints").iterdir())
    assert attempts(tmp_path) == {"hangs": 2}

    (tmp_path / "cured").touch()
    command = start("resume", run, "retry_failed=true", cwd=tmp_path)
    assert command.wait(patience=600) == 0, command.err
    assert set(by_mood(run)["status"]) == {"ok"}
