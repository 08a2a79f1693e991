"""Reports of searches that are confirmed are about one stage."""

from pathlib import Path

import pandas as pd
import pytest

from harness.config.sweep import resolve
from harness.errors import UserError
from harness.metrics.registry import metric_keys
from harness.planning import describe_sweep, plan_frame
from harness.results import Columns, Results, RunDirectory, TrialRecord, load
from reports import LEADERBOARD, default_kind
from reports.kinds.shared.stage import of_stage
from reports.layout.board import make_board

LR = "method.lr=tag(log,interval(1e-5,1e-1))"
SEARCH = ("search=optuna", "trials=2", "seeds=1", LR)


def run(where: Path, *arguments: str) -> Results:
    """A run in which the default was tried and is confirmed by two seeds."""
    sweep = resolve([*SEARCH, *arguments])
    trials = list(sweep.trials)
    for searched in sweep.searches:
        trials += searched.confirming(searched.start)[:2]
    directory = RunDirectory(where)
    columns = Columns(metric_keys(("elbo", "mse")))
    directory.create(describe_sweep(sweep, "unbraid sweep"), plan_frame(trials), columns)
    for trial in trials:
        identity = (trial.trial_id, "ok", trial.method, trial.dataset.name, "real", trial.seed)
        directory.write(
            TrialRecord(*identity, trial.params(), metrics={"elbo": -float(trial.seed)})
        )
    return load(where)


def splits(results: Results) -> set[str]:
    return set(results.trials["param.scale.scored_on"].fillna("test"))


def test_tuning_is_about_what_was_tried_and_others_about_what_was_confirmed(
    tmp_path: Path,
) -> None:
    results = run(tmp_path, "method=vae", "search.confirm=2")
    assert splits(results) == {"test", "validation"}
    tried, confirmed = of_stage(results, "tuning"), of_stage(results, "comparison")
    assert splits(tried) == {"validation"}
    assert splits(confirmed) == {"test"}
    assert confirmed.trials["seed"].tolist() == [1000, 1001]
    assert (tried.counts["planned"], confirmed.counts["missing"]) == (2, 0)
    assert len(results.trials) == 3, "what is given stays as it is"


def test_other_runs_stay_as_they_are(tmp_path: Path) -> None:
    results = run(tmp_path, "method=vae")
    for kind in ("tuning", "comparison"):
        pd.testing.assert_frame_equal(of_stage(results, kind).trials, results.trials)


def test_a_board_says_what_was_chosen_and_counts_each_trial_once(tmp_path: Path) -> None:
    results = run(tmp_path, "method=vae", "search.confirm=2")
    board = make_board([results])
    assert list(board.entries) == ["vae, default", "vae"], "the default is the best of those tried"
    assert (len(board.trials), len(board.trials_once), len(board.tuning)) == (4, 2, 1)


def test_a_run_that_is_still_tuning_is_a_board_without_scores(tmp_path: Path) -> None:
    sweep = resolve([*SEARCH, "method=vae", "search.confirm=2"])
    columns = Columns(metric_keys(("elbo", "mse")))
    directory = RunDirectory(tmp_path)
    directory.create(describe_sweep(sweep, "unbraid sweep"), plan_frame(sweep.trials), columns)
    (trial,) = sweep.trials
    identity = (trial.trial_id, "ok", "vae", "digits", "real", trial.seed, trial.params())
    directory.write(TrialRecord(*identity, metrics={"elbo": -1.0}))
    board = make_board([load(tmp_path)])
    assert (len(board.trials), len(board.tuning)) == (0, 1)


def test_several_searches_are_a_leaderboard_and_no_report_of_tuning(tmp_path: Path) -> None:
    several = run(tmp_path / "several", "method=choice(vae,beta_vae)", "search.confirm=2")
    assert default_kind(several.sweep)[0] == LEADERBOARD
    with pytest.raises(UserError, match=r"holds several searches.*unbraid leaderboard"):
        of_stage(several, "tuning")
    alone = run(tmp_path / "alone", "method=vae", "search.confirm=2")
    assert default_kind(alone.sweep)[0] == "tuning"
