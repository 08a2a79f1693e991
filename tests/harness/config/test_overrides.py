"""Hydra's grammar, sorted into what is fixed and what is swept."""

from pathlib import Path

import pytest

from harness.config.overrides import Overrides, parse
from harness.config.sweep import Sweep, resolve
from harness.errors import UserError

SPACE = """\
title: a space of the tests
fixed:
  method: vae
  dataset: digits
  seeds: 2
  method.encoder_widths: [8, 4]
  data_root: null
sweep:
  method.d: choice(2, 3)
  method.lr: choice(1e-4, 1e-3)
"""


@pytest.fixture
def space(tmp_path: Path) -> str:
    path = tmp_path / "mine.yaml"
    path.write_text(SPACE)
    return f"space={path}"


def collect(*arguments: str) -> Overrides:
    overrides = Overrides()
    for override in parse(arguments):
        overrides.add(override)
    return overrides


def axes(sweep: Sweep) -> list[tuple[int, float, int]]:
    return [(t.hyperparameters.d, t.hyperparameters.lr, t.seed) for t in sweep.trials]


@pytest.mark.parametrize(
    ("argument", "values"),
    [
        ("method.d=choice(2,3)", [2, 3]),
        ("method.d=2,3", [2, 3]),
        ("method.d=range(2,5)", [2, 3, 4]),
        ("method.d=range(2,9,3)", [2, 5, 8]),
        ("method.beta=range(0.5,1.6,0.5)", [0.5, 1.0, 1.5]),
        ("method.lr=tag(log,choice(1e-4,1e-3))", [1e-4, 1e-3]),
        ("method.lr=sort(1e-3,1e-4)", [1e-4, 1e-3]),
        ("method.encoder_widths=choice([8,4],[16])", [[8, 4], [16]]),
        ("dataset.warp=choice('fresh',\"none\")", ["fresh", "none"]),
        ("scale.train_limit=10,null", [10, None]),
    ],
)
def test_a_sweep_is_a_list_of_plain_values(argument: str, values: list[object]) -> None:
    key = argument.partition("=")[0]
    found = collect(argument).swept
    assert found == {key: values}
    assert [type(value) for value in found[key]] == [type(value) for value in values]


def test_lists_and_quoted_strings_are_read_as_hydra_reads_them() -> None:
    (trial,) = resolve(["method=vae", "method.encoder_widths=[8,4]"], single=True).trials
    assert trial.hyperparameters.encoder_widths == (8, 4)
    for quoted in ("run_dir='a b,c=d'", 'run_dir="a b,c=d"'):
        assert resolve([quoted]).settings.run_dir == "a b,c=d"
    assert resolve(["metrics=[mse]"]).trials[0].metrics == ("mse",)


@pytest.mark.parametrize(
    "sweep",
    [
        "interval(1e-4,1e-1)",
        "tag(log,interval(1e-4,1e-1))",
        "glob(*)",
        "range(3,3)",
        "range(1,3,0)",
    ],
)
def test_what_is_no_finite_list_is_refused(sweep: str) -> None:
    with pytest.raises(UserError, match=r"needs a finite list of values; write method\.d=choice"):
        resolve([f"method.d={sweep}"])


def test_later_override_wins() -> None:
    fixed_last = resolve(["method.lr=choice(1e-4,1e-3)", "method.lr=1e-2", "seeds=1"])
    assert [trial.hyperparameters.lr for trial in fixed_last.trials] == [1e-2]
    assert fixed_last.swept == {}
    overrides = collect("method.lr=1e-2", "method.lr=choice(1e-4,1e-3)")
    assert (overrides.fixed, list(overrides.swept)) == ({}, ["method.lr"])
    swept_last = resolve(["method.lr=1e-2", "method.lr=choice(1e-4,1e-3)", "seeds=1"])
    assert [trial.hyperparameters.lr for trial in swept_last.trials] == [1e-4, 1e-3]
    assert resolve(["seeds=2", "seeds=4"]).settings.seeds == 4
    assert resolve(["dataset=glyphs", "dataset=digits"]).trials[0].dataset.name == "digits"


def test_a_space_expands_with_its_last_axis_fastest_and_seeds_innermost(space: str) -> None:
    expected = [(d, lr, seed) for d in (2, 3) for lr in (1e-4, 1e-3) for seed in (0, 1)]
    assert axes(resolve([space])) == expected
    assert {t.hyperparameters.encoder_widths for t in resolve([space]).trials} == {(8, 4)}


def test_overrides_of_the_user_stand_over_the_space_wherever_they_are_written(space: str) -> None:
    for arguments in ([space, "method.lr=5e-3", "seeds=1"], ["seeds=1", "method.lr=5e-3", space]):
        assert axes(resolve(arguments)) == [(2, 5e-3, 0), (3, 5e-3, 0)]
    narrowed = resolve([space, "method.d=choice(7)", "seed=5"])
    assert axes(narrowed) == [(7, lr, seed) for lr in (1e-4, 1e-3) for seed in (5, 6)]
    assert resolve([space, "dataset=glyphs"]).trials[0].dataset.name == "glyphs"


def test_a_group_is_swept_with_the_values_below_it() -> None:
    sweep = resolve(["method=choice(vae,c_vitae)", "method.d=choice(2,3)", "seeds=1"])
    names = [(trial.method, trial.hyperparameters.d) for trial in sweep.trials]
    assert names == [("vae", 2), ("vae", 3), ("c_vitae", 2), ("c_vitae", 3)]
    scales = resolve(["scale=choice(smoke,paper)", "method=vae", "seeds=1"]).trials
    assert [trial.scale.name for trial in scales] == ["smoke", "paper"]


def test_a_value_that_is_swept_twice_is_one_trial() -> None:
    assert len(resolve(["method.lr=choice(1e-3,0.001,1e-2)", "seeds=1"]).trials) == 2


@pytest.mark.parametrize(
    "address", ["s3://bucket/run?scheme=http&endpoint_override=127.0.0.1:9000", "gs://b/r"]
)
def test_an_address_needs_no_quotes_of_hydra(address: str) -> None:
    (override,) = parse([f"run_dir={address}"])
    assert override.value() == address
    (quoted,) = parse([f"run_dir='{address}'"])
    assert quoted.value() == address
