"""The longest trials begin first, once it is known how long they train."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.cli import main
from harness.config.schema import TrialConfig
from harness.config.sweep import resolve
from harness.execution.cost.estimate import estimate
from harness.execution.cost.known_times import Timed, kind_of, remember, remembered
from harness.execution.cost.order import longest_first, remember_trials
from harness.results import RunDirectory, load

FEW = ["dataset=digits", "scale=smoke", "method.d=choice(2,8)", "seeds=2"]
SWEEP = resolve(["method=choice(vae,c_vitae)", *FEW])


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path / "cache"))


def know(seconds: Sequence[float]) -> list[str]:
    """Remember how long each kind of the sweep trains, in the order of the plan."""
    kinds = list(dict.fromkeys(kind_of(trial, SWEEP.settings) for trial in SWEEP.trials))
    of = zip(kinds, seconds, strict=False)
    remember({kind: Timed(each, "2026-01-31", "a few steps") for kind, each in of})
    return kinds


def what(trials: Sequence[TrialConfig]) -> list[tuple[str, int]]:
    return [(trial.method, trial.hyperparameters.d) for trial in trials]  # type: ignore[attr-defined]


def test_the_longest_come_first_and_equal_ones_in_the_order_of_the_plan() -> None:
    assert len(know([3, 1, 4, 1])) == 4
    plan = SWEEP.trials
    ordered = longest_first(plan, SWEEP.settings)
    assert [plan.index(trial) for trial in ordered] == [4, 5, 0, 1, 2, 3, 6, 7]


def test_a_plan_with_an_unknown_kind_stays_as_it_is() -> None:
    know([3, 1, 4])
    assert longest_first(SWEEP.trials, SWEEP.settings) == SWEEP.trials


@pytest.mark.usefixtures("workplace")
def test_what_a_trial_took_is_known_to_the_next_plan() -> None:
    """A dry run then times nothing, and says what it knows it from."""
    few = ["method=vae", "dataset=digits", "scale=smoke", "scale.epochs=1", "metrics=[mse]"]
    assert main(["train", *few, "run_dir=run"]) == 0
    sweep = resolve([*few, "seeds=3", "ray.num_cpus=1"])
    remember_trials(RunDirectory("run"), sweep.trials, sweep.settings)
    (took,) = load("run").trials["time.train"]
    ((kind, known),) = remembered().items()
    assert kind == kind_of(sweep.trials[0], sweep.settings)
    assert known.seconds == pytest.approx(took)
    assert "from earlier trials of the only kind of trial, timed today" in estimate(sweep)


@pytest.mark.parametrize("how", ["ray.stack=4", "ray.address=auto"])
@pytest.mark.usefixtures("workplace")
def test_trials_that_ran_otherwise_teach_nothing(how: str) -> None:
    sweep = resolve(["method=vae", "dataset=digits", "scale=smoke", how])
    remember_trials(RunDirectory("run"), sweep.trials, sweep.settings)
    assert remembered() == {}
