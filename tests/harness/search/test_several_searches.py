"""Several searches in one plan, chosen on validation images and confirmed on the test split."""

from collections import Counter
from pathlib import Path

import pytest

from harness.config.schema import TrialConfig
from harness.config.sweep import Sweep, resolve
from harness.metrics.registry import metric_keys
from harness.planning import describe_sweep, plan_frame
from harness.results import Columns, RunDirectory, Status, TrialRecord, load
from harness.search.growing_plan import GrowingPlan
from harness.spaces.choice import Kind, choices_of

LR = "method.lr=tag(log,interval(1e-5,1e-1))"
TWO = ("method=choice(vae,beta_vae)", "search=optuna", LR, "trials=3", "seeds=2")
CONFIRMED = (*TWO, "search.confirm=2")
BEST = 1e-3
"""The learning rate at which the made-up scores are best."""


def planned(where: Path, *arguments: str) -> tuple[RunDirectory, Sweep]:
    sweep = resolve(arguments)
    directory = RunDirectory(where)
    with directory.lock():
        columns = Columns(metric_keys(("elbo", "mse")))
        directory.create(describe_sweep(sweep, "unbraid"), plan_frame(sweep.trials), columns)
    return directory, sweep


def run(
    growth: GrowingPlan, directory: RunDirectory, n: int = 99, at_once: int = 1, *, ok: bool = True
) -> list[TrialConfig]:
    """Run up to ``n`` trials, some at a time, the earlier ones ending first."""
    done: list[TrialConfig] = []
    running: list[TrialConfig] = []
    while len(done) < n:
        while len(running) < at_once and (trials := growth.next()):
            running += trials
        if not running:
            assert growth.given_out
            break
        trial = running.pop(0)
        status: Status = "ok" if ok else "diverged"
        scores = {"elbo": -abs(trial.hyperparameters.lr - BEST), "mse": 0.5} if ok else {}
        identity = (trial.trial_id, status, trial.method, "digits", "real", trial.seed)
        directory.write(TrialRecord(*identity, trial.params(), metrics=scores))
        growth.ended(trial.trial_id, status, scores)
        done.append(trial)
    return done


def confirmed(where: Path) -> dict[str, Kind]:
    """What each confirming trial of a run directory is of."""
    return {k: v for choice in choices_of(load(where)) for k, v in choice.confirming.items()}


def stages(trials: list[TrialConfig]) -> Counter[tuple[str, str]]:
    return Counter((trial.method, trial.scale.scored_on) for trial in trials)


@pytest.mark.parametrize("at_once", [1, 3, 20])
def test_every_search_is_tuned_and_then_confirmed(tmp_path: Path, at_once: int) -> None:
    directory, sweep = planned(tmp_path, *CONFIRMED)
    growth = GrowingPlan(directory, sweep.searches)
    assert growth.left == sweep.n_trials == 2 * (3 * 2 + 2 * 2)
    assert growth.undecided, "of a search whose default is the best one configuration is confirmed"
    done = run(growth, directory, at_once=at_once)
    for method in ("vae", "beta_vae"):
        tuned = [
            trial
            for trial in done
            if (trial.method, trial.scale.scored_on) == (method, "validation")
        ]
        last = [
            trial for trial in done if (trial.method, trial.scale.scored_on) == (method, "test")
        ]
        assert [trial.seed for trial in last[:2]] == [1000, 1001]
        best = min({trial.hyperparameters.lr for trial in tuned}, key=lambda lr: abs(lr - BEST))
        assert {trial.hyperparameters.lr for trial in last} == {1e-4, best}
        assert len(tuned) == 3 * 2
    assert (growth.left, growth.undecided) == (0, False)
    assert load(tmp_path).counts["missing"] == 0


def test_nothing_is_confirmed_before_all_of_its_search_has_ended(tmp_path: Path) -> None:
    directory, sweep = planned(tmp_path, *CONFIRMED, "method=vae")
    growth = GrowingPlan(directory, sweep.searches)
    given = [trial for _ in range(9) for trial in growth.next()]
    assert stages(given) == {("vae", "validation"): 6}
    assert not growth.given_out, "others follow when these have ended"
    for trial in given[:5]:
        growth.ended(trial.trial_id, "ok", {"elbo": 0.0, "mse": 0.5})
    assert growth.next() == []
    growth.ended(given[5].trial_id, "ok", {"elbo": 0.0, "mse": 0.5})
    assert [trial.scale.scored_on for trial in growth.next()] == ["test"]


@pytest.mark.parametrize("finished", [0, 4, 7, 11, 14, 18])
def test_killed_at_any_stage_it_goes_on_to_the_same_plan(tmp_path: Path, finished: int) -> None:
    directory, sweep = planned(tmp_path / "killed", *CONFIRMED)
    before = run(GrowingPlan(directory, sweep.searches), directory, finished)
    after = run(GrowingPlan(directory, sweep.searches), directory)
    assert not {trial.trial_id for trial in before} & {trial.trial_id for trial in after}
    all_stages = stages([*before, *after])
    for method in ("vae", "beta_vae"):
        assert all_stages[method, "validation"] == 6
        assert all_stages[method, "test"] in (2, 4), "2 where the default was the best"
    assert load(directory.location).counts["missing"] == 0
    assert GrowingPlan(directory, sweep.searches).left == 0


def test_the_search_with_the_fewest_trials_running_is_asked_first(tmp_path: Path) -> None:
    directory, sweep = planned(tmp_path, *TWO, "dataset=choice(digits,glyphs)")
    growth = GrowingPlan(directory, sweep.searches)
    first = [trial for _ in range(4) for trial in growth.next()]
    assert [(trial.method, trial.dataset.name) for trial in first] == [
        ("vae", "digits"),
        ("vae", "glyphs"),
        ("beta_vae", "digits"),
        ("beta_vae", "glyphs"),
    ]
    growth.ended(first[2].trial_id, "ok", {"elbo": 0.0, "mse": 0.5})
    (trial,) = growth.next()
    assert (trial.method, trial.dataset.name) == ("beta_vae", "digits")


def test_where_all_diverged_the_default_is_confirmed(tmp_path: Path) -> None:
    directory, sweep = planned(tmp_path, *CONFIRMED, "method=vae")
    done = run(GrowingPlan(directory, sweep.searches), directory, ok=False)
    last = [trial for trial in done if trial.scale.scored_on == "test"]
    assert [trial.hyperparameters.lr for trial in last] == [1e-4, 1e-4]


def test_more_trials_choose_again_and_more_seeds_confirm_more(tmp_path: Path) -> None:
    directory, sweep = planned(tmp_path, *CONFIRMED, "method=vae")
    first = run(GrowingPlan(directory, sweep.searches), directory)
    more = resolve([*CONFIRMED, "method=vae", "trials=6", "search.confirm=4"])
    plan = [*first, *(t for t in more.trials if t.trial_id not in {f.trial_id for f in first})]
    with directory.lock():
        columns = Columns(metric_keys(("elbo", "mse")))
        directory.create(describe_sweep(more, "unbraid"), plan_frame(plan), columns)
    again = run(GrowingPlan(directory, more.searches), directory)
    assert stages(again)["vae", "validation"] == 3 * 2
    kinds = confirmed(tmp_path)
    counts = Counter(kinds.values())
    assert counts["tuned"] == 4
    assert counts["default"] == 4


def test_trials_that_confirm_are_told_apart(tmp_path: Path) -> None:
    directory, sweep = planned(tmp_path, *CONFIRMED)
    done = run(GrowingPlan(directory, sweep.searches), directory)
    kinds = confirmed(tmp_path)
    for trial in done:
        if trial.scale.scored_on == "validation":
            assert trial.trial_id not in kinds
        else:
            default = trial.hyperparameters.lr == 1e-4
            assert kinds[trial.trial_id] in (("default", "both") if default else ("tuned",))
    plain, grid = planned(tmp_path / "plain", "method=vae", "seeds=1")
    assert confirmed(plain.location) == {}
    assert not grid.searches


def test_a_trial_without_a_value_of_the_goal_is_as_one_that_diverged(tmp_path: Path) -> None:
    directory, sweep = planned(tmp_path, *CONFIRMED, "method=vae", "seeds=1")
    growth = GrowingPlan(directory, sweep.searches)
    done: list[TrialConfig] = []
    while trials := growth.next():
        (trial,) = trials
        known = trial.hyperparameters.lr == 1e-4 or trial.scale.scored_on == "test"
        scores = {"elbo": -1.0, "mse": 0.5} if known else {"mse": 0.1}
        identity = (trial.trial_id, "ok", trial.method, "digits", "real", trial.seed)
        directory.write(TrialRecord(*identity, trial.params(), metrics=scores))
        growth.ended(trial.trial_id, "ok", scores)
        done.append(trial)
    assert stages(done) == {("vae", "validation"): 3, ("vae", "test"): 2}
    assert {trial.hyperparameters.lr for trial in done[-2:]} == {1e-4}, "the only one with a score"
    assert set(confirmed(tmp_path).values()) == {"both"}
    assert GrowingPlan(directory, sweep.searches).left == 0, "a later session knows it too"
