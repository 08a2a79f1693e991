"""A method of the user's own: a module in the working directory, never installed."""

import json
from pathlib import Path

import pytest

from harness.cli import main
from harness.config.sweep import resolve
from harness.config.trials import trial_from_dict
from harness.errors import UserError
from harness.methods import METHODS, kept_supervision, supervision
from harness.planning import describe_sweep
from harness.plugins import names_of_a_run
from harness.results import load

MODULE = '''
"""A method from outside, with a dataclass of the standard library."""
from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from annotated_types import Gt
from torch import nn

from models.hyperparameters import Structure, Value
from models.method import Method

@dataclass(frozen=True)
class Numbers:
    lr: Annotated[float, Value("l", "learning rate", "tests"), Gt(0)] = 1e-2
    widths: Annotated[tuple[int, ...], Structure("", "widths", "tests")] = (3,)
    kind: Annotated[Literal["plain", "odd"], Structure("", "kind", "tests")] = "plain"

class MyMethod(Method):
    """MyMethod: one mean image."""
    Hyperparameters = Numbers

    def __init__(self, hyperparameters, data):
        super().__init__(hyperparameters, data)
        self.mean = nn.Parameter(torch.zeros(data.image_shape))

    def draw(self, batch_size, generator):
        return {}

    def objective(self, batch, noise, values):
        return (self.mean - batch["image"]).square().mean(), {}

    def reconstruct(self, image):
        return self.mean.clamp(0, 1).expand_as(image)

@dataclass(frozen=True)
class Demanding:
    lr: Annotated[float, Value("l", "learning rate", "tests")]

class NoDefault(MyMethod):
    Hyperparameters = Demanding
'''


@pytest.fixture
def outside(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (workplace / "method_of_the_tests.py").write_text(MODULE)
    monkeypatch.syspath_prepend(workplace)


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("key", ["method", "method._target_"])
def test_it_is_swept_like_ours(key: str) -> None:
    chosen = f"{key}=method_of_the_tests.MyMethod"
    sweep = resolve([chosen, "method.lr=choice(1,2)", "method.widths=[4,5]", "seeds=1"])
    assert [trial.method for trial in sweep.trials] == ["method_of_the_tests.MyMethod"] * 2
    assert [trial.hyperparameters.lr for trial in sweep.trials] == [1.0, 2.0]
    for trial in sweep.trials:
        assert trial.hyperparameters.widths == (4, 5)
        assert trial_from_dict(json.loads(json.dumps(trial.as_dict()))) == trial
    both = resolve([f"{key}=choice(vae,method_of_the_tests.MyMethod)", "seeds=1"]).trials
    assert [trial.method for trial in both] == ["vae", "method_of_the_tests.MyMethod"]


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("method.lr=-1", r"method\.lr=-1 is not allowed: lr must be greater than 0"),
        ("method.kind=od", r"'plain' or 'odd'\. Did you mean 'odd'\?"),
        ("method.width=[1]", r"Unknown key 'method\.width' of .* Did you mean 'method\.widths'\?"),
        ("method=method_of_the_tests.NoDefault", r"Demanding: every field needs a default value"),
        ("method=method_of_the_tests.MyMehod", r"has no 'MyMehod'"),
    ],
)
def test_its_hyperparameters_are_checked_like_ours(argument: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        resolve(["method._target_=method_of_the_tests.MyMethod", argument])


@pytest.mark.usefixtures("outside")
def test_it_is_trained_and_scored_on_what_it_can_do(workplace: Path) -> None:
    chosen = "method._target_=method_of_the_tests.MyMethod"
    assert main(["train", chosen, "scale=smoke", "scale.epochs=1", "run_dir=run"]) == 0
    (row,) = load(workplace / "run").trials.to_dict("records")
    assert (row["status"], row["method"]) == ("ok", "method_of_the_tests.MyMethod")
    assert 0 < row["metric.mse"] < 1
    assert row["metric.elbo"] is None or row["metric.elbo"] != row["metric.elbo"]


@pytest.mark.usefixtures("outside")
def test_one_that_ends_the_process_is_named(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = MODULE.replace("return {}", "raise SystemExit(0)")
    (workplace / "leaving.py").write_text(text)
    chosen = "method._target_=leaving.MyMethod"
    assert main(["train", chosen, "scale=smoke", "scale.epochs=1", "run_dir=run"]) == 2
    assert "leaving.MyMethod, or what it calls, ended the process" in capsys.readouterr().err


@pytest.mark.usefixtures("outside")
def test_a_run_keeps_what_methods_learn_from() -> None:
    ran = resolve(["method=choice(vae,method_of_the_tests.MyMethod)", "seeds=1"])
    kept = describe_sweep(ran, "")["supervision"]
    assert kept == {"vae": "none", "method_of_the_tests.MyMethod": "none"}
    mine = "method_of_the_tests.MyMethod"
    with names_of_a_run():  # as a page is drawn, by a process that has not loaded it
        METHODS._checked.pop(mine)
        assert supervision(mine, {}) == "?"
        assert supervision(mine, {}, kept_supervision([{"supervision": kept}])) == "none"
