"""Searches of several methods on several datasets, and searches that are confirmed."""

import pytest

from harness.config.searched.space import searches_again
from harness.config.sweep import resolve
from harness.errors import UserError
from harness.planning import describe_sweep

LR = "method.lr=tag(log,interval(1e-5,1e-2))"
OPTUNA = ("search=optuna", "trials=4", "seeds=1")
SEVERAL = (*OPTUNA, "method=choice(vae,beta_vae)", "dataset=choice(digits,glyphs)", LR)


def test_each_method_is_searched_on_each_dataset_by_itself() -> None:
    sweep = resolve([*SEVERAL, "method.beta=interval(1,8)"])
    assert [searched.names for searched in sweep.searches] == [
        ["vae", "digits"],
        ["vae", "glyphs"],
        ["beta_vae", "digits"],
        ["beta_vae", "glyphs"],
    ]
    assert [list(searched.axes) for searched in sweep.searches] == [
        ["method.lr", "method.beta"]
    ] * 4
    assert len(sweep.trials) == 4, "the default of each"
    assert sweep.n_trials == 4 * 4
    assert sweep.swept["method"] == ["vae", "beta_vae"]


def test_a_method_with_fewer_configurations_is_tried_on_all_of_them() -> None:
    few = resolve([*OPTUNA, "method=choice(vae,beta_vae)", "method.d=choice(2,4)"])
    assert [searched.n for searched in few.searches] == [2, 2]


def test_a_confirmed_search_chooses_on_validation_images() -> None:
    (searched,) = resolve([*OPTUNA, "method=vae", LR, "search.confirm=3"]).searches
    (first,) = searched.first_trials()
    assert first.scale.scored_on == "validation"
    assert searched.n_trials == 4 + 2 * 3
    confirming = searched.confirming({"method.lr": 1e-3})
    assert [trial.seed for trial in confirming] == [1000, 1001, 1002] * 2
    assert [trial.hyperparameters.lr for trial in confirming] == [1e-3] * 3 + [1e-4] * 3
    assert {trial.scale.scored_on for trial in confirming} == {"test"}
    assert first.metrics == ("elbo",), "what the choice needs"
    assert {trial.metrics for trial in confirming} == {("elbo", "mse")}
    assert all(searched.confirms(trial) for trial in confirming)
    assert not searched.confirms(first)
    assert all(map(searched.covers, confirming))
    assert len(searched.confirming(searched.start)) == 3, "the default is the best: once"


def test_ids_of_trials_on_the_test_split_are_what_they_were_before_there_was_a_choice() -> None:
    (trial,) = resolve(["method=vae", "seeds=1"]).trials
    assert "scored_on" not in trial.as_dict()["scale"]
    (other,) = resolve(["method=vae", "seeds=1", "scale.scored_on=validation"]).trials
    assert other.as_dict()["scale"]["scored_on"] == "validation"
    assert trial.trial_id != other.trial_id


@pytest.mark.parametrize("arguments", [SEVERAL, (*OPTUNA, "method=vae", LR)])
@pytest.mark.parametrize("confirm", [0, 2])
def test_what_is_stored_of_searches_is_the_searches(
    arguments: tuple[str, ...], confirm: int
) -> None:
    sweep = resolve([*arguments, f"search.confirm={confirm}"])
    described = describe_sweep(sweep, "unbraid sweep")
    assert searches_again(described, sweep.settings, "run") == list(sweep.searches)
    assert ("searches" in described) == (confirm > 0 or len(sweep.searches) > 1)
    assert described["search"]["trials"] == 4
    assert [objective["name"] for objective in described["search"]["objectives"]] == ["elbo"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*SEVERAL, "search=random"], "one method on one dataset at a time"),
        ([*SEVERAL, "scheduler=asha"], "compares trials of one method and dataset"),
        (["search.confirm=2", "scheduler=asha"], "may not stop what confirms them"),
        (["search.confirm=2", "search.objectives=[elbo,mse]"], "of several objectives there is"),
        (["search.confirm=2", "scale.scored_on=test"], "leave scale.scored_on out"),
        (["search.confirm=-1"], "confirm must be greater than or equal to 0"),
        (["search=random", "search.confirm=1"], "Unknown key 'search.confirm'"),
    ],
)
def test_mistakes(arguments: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        resolve([*OPTUNA, LR, *arguments])
