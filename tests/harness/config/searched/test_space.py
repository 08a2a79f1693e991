"""Random and Optuna searches, from the command line to their first trials."""

from pathlib import Path
from typing import Any

import pytest

from harness.config.searched.space import searches_again
from harness.config.sweep import resolve
from harness.errors import CorruptFileError, UserError
from harness.planning import planned_trials
from harness.results import load
from harness.spaces.axes import Choices, Interval

VAE = ("method=vae", "trials=5", "seeds=2")
LR = "method.lr=tag(log,interval(1e-5,1e-2))"


def test_a_random_plan_is_known_up_front_and_more_of_it_extends_it() -> None:
    sweep = resolve([*VAE, "search=random", LR, "method.d=interval(2,8)"])
    assert len(sweep.trials) == sweep.n_trials == 10
    first = sweep.trials[0].hyperparameters
    assert (first.lr, first.d) == (1e-4, 4), "the method's own defaults"
    assert sweep.searches[0].describe()["begins"] == "default"
    for trial in sweep.trials:
        assert 1e-5 <= trial.hyperparameters.lr <= 1e-2
        assert trial.hyperparameters.d in range(2, 9)
    more = resolve([*VAE, "search=random", LR, "method.d=interval(2,8)", "trials=9"])
    assert more.trials[:10] == sweep.trials
    other = resolve([*VAE, "search=random", LR, "method.d=interval(2,8)", "seed=1"])
    assert other.trials[2].hyperparameters != sweep.trials[2].hyperparameters


def test_of_an_optuna_plan_the_first_configuration_is_known() -> None:
    sweep = resolve([*VAE, "search=optuna", LR, "method.beta=choice(2,4)"])
    assert (len(sweep.trials), sweep.n_trials) == (2, 10)
    first = sweep.trials[0].hyperparameters
    assert (first.lr, first.beta) == (1e-4, 2.0), "1, the default, is no choice here"
    assert sweep.searches[0].describe()["begins"] == "nearest"
    assert sweep.swept == {
        "method.beta": ["choice(2.0,4.0)"],
        "method.lr": ["tag(log,interval(1e-05,0.01))"],
    }


def test_axes_have_the_types_of_the_fields() -> None:
    axes = (
        resolve(
            [
                *(*VAE, "search=optuna", "method.d=interval(2,8)", "method.beta=interval(1,4)"),
                *("scale.train_limit=interval(10,20)", "method.encoder_widths=choice([8],[8,4])"),
            ]
        )
        .searches[0]
        .axes
    )
    assert axes == {
        "method.encoder_widths": Choices(([8], [8, 4])),
        "method.d": Interval(2, 8, integer=True),
        "method.beta": Interval(1.0, 4.0),
        "scale.train_limit": Interval(10, 20, integer=True),
    }
    assert isinstance(axes["method.d"].low, int)


def test_what_is_stored_of_a_search_is_the_search() -> None:
    sweep = resolve([*VAE, "search=optuna", LR, "search.constraints=['mse <= 0.1']"])
    described = {"search": sweep.searches[0].describe()}
    assert searches_again(described, sweep.settings, "run") == list(sweep.searches)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((), {"name": "optuna"}),
        (("axes",), None),
        (("axes", "method.lr", "low"), "small"),
        (("axes", "method.lr", "kind"), "sphere"),
        (("axes", "method.gone"), {"kind": "int", "low": 1, "high": 2}),
        (("base",), []),
        (("base", "dataset"), None),
        (("trials",), "five"),
        (("trials",), 0),
        (("begins",), "anywhere"),
    ],
)
def test_what_is_stored_of_a_search_and_is_none_is_named(path: tuple[str, ...], value: Any) -> None:
    sweep = resolve([*VAE, "search=optuna", LR])
    stored = {"searches": [sweep.searches[0].describe()]}
    holder: Any = stored["searches"]
    *above, last = (0, *path)
    for key in above:
        holder = holder[key]
    holder[last] = value
    with pytest.raises(CorruptFileError, match=r"s3://b/run/sweep.yaml: .* from a copy"):
        searches_again(stored, sweep.settings, "s3://b/run")


def test_searches_of_a_grid_are_none() -> None:
    sweep = resolve([*VAE, "search=optuna", LR])
    stored, grid = {"searches": [sweep.searches[0].describe()]}, resolve(["method=vae"]).settings
    with pytest.raises(CorruptFileError, match=r"settings\.search is grid"):
        searches_again(stored, grid, "run")


def test_a_space_gives_values_to_its_method_at_its_scale_for_a_search_too() -> None:
    sweep = resolve(["space=tune_vitae", "scale=smoke", "method.beta=2", "trials=7"])
    assert "method.beta" not in sweep.searches[0].axes
    assert sweep.trials[0].hyperparameters.beta == 2.0
    assert sweep.n_trials == 7 * 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["search=random", LR], "search=random needs trials=N"),
        (["search=optuna", "trials=3"], "nothing to search: give at least one axis"),
        (["search=optuna", "trials=3", "method.d=choice(2,4)"], "there are only 2 configurations"),
        (
            ["search=random", "trials=3", "method=choice(vae,c_vitae)", LR],
            "one method on one dataset",
        ),
        (["search=optuna", "trials=3", "scale=choice(smoke,small)", LR], "one scale at a time"),
        (["search=optuna", "trials=3", "dataset=choice(digits,glyphs)"], "nothing to search"),
        (["search=optuna", "trials=3", "dataset.rotate=interval(0,9)"], "over 'dataset.rotate'"),
        (["search=optuna", "trials=3", "seeds=choice(1,2)"], "cannot search over 'seeds'"),
        (["search=optuna", "trials=3", "method.lr=interval(-1,1)"], "lr must be greater than 0"),
        (["search=optuna", "trials=3", "method.d=interval(1.5,3)"], "d must be a valid integer"),
        (["search=optuna", "trials=3", "method.dd=interval(2,3)"], "Did you mean 'method.d'"),
        (["search=optuna", "trials=3", "method.lr=interval(2,1)"], "must be larger than the first"),
        (["search=optuna", "trials=3", "method.lr=tag(log,interval(0,1))"], "starts above 0"),
        (["search=optuna", "trials=3", "method.lr=tag(lgo,interval(1,2))"], "no tag 'lgo', only"),
        (["search=optuna", "trials=3", LR, "search.sampler=tep"], "Did you mean 'tpe'"),
        (["search=optuna", "trials=3", LR, "search.smpler=tpe"], "Unknown key 'search.smpler'"),
        (["search=random", "trials=3", LR, "search.storage=x"], "Unknown key 'search.storage'"),
        (["search=optuna", "trials=0", LR], "trials must be greater than or equal to 1"),
        (["trials=3"], "a grid runs every combination"),
        (["scheduler=asha", "scale.epochs=1"], "a trial has 1 epochs, so none could be stopped"),
        (["scheduler=asha", "scheduler.metric=mse"], "the first of metrics .elbo."),
        (["scheduler=asha", "scheduler.metric=elb"], "Did you mean 'elbo'"),
        (["scheduler=asha", "scale=choice(smoke,small)"], "must share dataset and scale"),
        (["scheduler=asha", "scheduler.reduction_factor=1"], "must be greater than 1"),
    ],
)
def test_mistakes(arguments: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        resolve(["method=vae", *arguments])


def test_rungs_are_a_factor_apart_and_before_the_end() -> None:
    asha = resolve(["scheduler=asha", "method=vae"]).settings.scheduler
    assert asha.rungs(28) == [1, 3, 9, 27]
    assert asha.rungs(27) == [1, 3, 9]
    half = resolve(["scheduler=asha", "scheduler.reduction_factor=2.5", "method=vae"])
    assert half.settings.scheduler.rungs(10) == [1, 3, 7]


def test_a_search_of_an_earlier_version_covers_its_trials() -> None:
    """Options that datasets have since then are as they were before."""
    stored = load(str(Path(__file__).parents[3] / "fixtures" / "schema_1" / "tuning"))
    settings = resolve([*VAE, "search=optuna", LR]).settings
    (searched,) = searches_again(stored.sweep, settings, "here")
    assert all(map(searched.covers, planned_trials(stored)))
    assert searched.same_space(stored.sweep["search"])
