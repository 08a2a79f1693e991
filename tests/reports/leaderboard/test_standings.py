"""The numbers of a leaderboard's page: they are those of the statistics, each computed once."""

import dataclasses

import numpy as np
import pytest

from reports.layout.board import make_board
from reports.leaderboard.computing import leaders, standings
from reports.leaderboard.standings import LEVELS
from reports.leaderboard.telling import telling
from reports.stats.ranks import rank_intervals
from reports.stats.scores import iqm, mean_score_interval
from tests.reports.helpers.boards import run, search, trial, tuned
from tests.reports.helpers.leaderboards import leaderboard, supervision


def test_means_and_ranks_are_those_of_the_statistics(numbers, board):
    for dataset in board.datasets:
        ranks = rank_intervals(board.contest("mig")[dataset])
        for place, name in enumerate(board.ranked):
            values = board.scores(dataset, "mig").loc[name].dropna()
            standing = numbers.of[dataset, "mig"][name]
            assert standing.mean == mean_score_interval(values, (0.0, 1.0))
            assert standing.iqm.value == pytest.approx(iqm(values))
            assert standing.rank == ranks[place]


def test_the_anchor_stands_still_and_is_the_tuned_one(numbers):
    assert numbers.anchor == "vae"
    ratings = [of["vae"].elo.value for of in numbers.overall.values()]
    assert ratings == pytest.approx([1000.0] * len(ratings))


def test_references_have_scores_but_no_rank(numbers, board):
    mig = board.metric("mig")
    assert numbers.reference(LEVELS["ceiling"], "dsprites", mig) == 1.0
    assert 0 <= numbers.reference(LEVELS["chance"], "dsprites", mig) < 0.1
    assert np.isnan(numbers.reference("vae_of_nowhere", "dsprites", mig))
    for name in (LEVELS["ceiling"], LEVELS["chance"]):
        assert not numbers.of["dsprites", "mig"][name].rank.n
        assert name not in numbers.overall["mig"]
    assert [e.reference for e in numbers.entries("dsprites")][-2:] == [True, True]


def test_tables_are_in_the_order_of_the_first_metric(numbers):
    assert numbers.chosen.name == "dci_disentanglement"
    ranks = [
        numbers.of["mannequin", numbers.chosen.name][entry.name].rank.value
        for entry in numbers.entries("mannequin")
        if not entry.reference
    ]
    assert ranks == sorted(ranks)
    ratings = [numbers.overall[numbers.chosen.name][e.name].elo.value for e in numbers.ranked()]
    assert ratings == sorted(ratings, reverse=True)


def test_trials_that_diverged_or_failed_are_counted(numbers):
    lost = numbers.endings("c_vitae", "mannequin")
    assert (lost.planned, lost.ok, lost.diverged, lost.failed) == (4, 3, 1, 0)
    assert "3/4" in lost.said
    assert "1 diverged" in lost.said
    assert numbers.endings("rodi").failed == 1
    assert numbers.endings("vae").said == "8"


def test_metrics_that_few_are_scored_on_or_that_are_a_cost_do_not_come_first():
    methods = ("vae", "rodi", "bvae", "cycle_vae")
    board = make_board([leaderboard(methods, n_metrics=4, lost=False)], supervision)
    assert [o.name for o in board.metrics] == ["elbo", "mse", "mig", "seconds_step"]
    assert [outcome.name for outcome in telling(board)] == ["mig", "mse"]


def scored(**means):
    """Who leads a board of some methods with these means of MIG, and hardly any noise."""
    made = leaderboard(tuple(means), ("mannequin",), seeds=5, n_metrics=4, tuned=False, lost=False)
    rng = np.random.default_rng(0)
    trials = made.trials
    known = trials["method"].isin(list(means))
    centre = trials.loc[known, "method"].map(means)
    trials.loc[known, "metric.mig"] = centre + rng.normal(0, 1e-3, int(known.sum()))
    board = make_board([dataclasses.replace(made, trials=trials)], supervision)
    return leaders(board, "mannequin", board.metric("mig"))


def test_the_best_is_bold_and_so_is_who_is_not_shown_to_be_worse():
    assert scored(vae=0.3, beta_vae=0.5, c_vitae=0.5) == {"beta_vae", "c_vitae"}


def test_nobody_is_bold_over_one_with_less_supervision():
    assert scored(vae=0.3, beta_vae=0.5, rodi=0.4) == {"beta_vae"}
    assert scored(vae=0.3, beta_vae=0.5, rodi=0.7) == {"beta_vae", "rodi"}
    assert scored(vae=0.3, beta_vae=0.5, rodi=0.7, dvae_pose=0.6) == {
        "beta_vae",
        "rodi",
        "dvae_pose",
    }


def test_who_is_shown_to_be_better_than_all_with_less_supervision_is_bold():
    """Of these nobody is shown to be worse than the best of its own rivals."""
    assert scored(vae=0.3, beta_vae=0.3, rodi=0.5) == {"rodi"}


def test_nobody_is_bold_where_nothing_is_shown():
    assert scored(vae=0.5, beta_vae=0.5, c_vitae=0.5) == set()
    assert scored(vae=0.5) == set()


def test_a_board_without_any_score_is_no_error():
    made = leaderboard(("vae", "rodi"), n_metrics=4)
    made.trials[[c for c in made.trials if c.startswith("metric.")]] = np.nan
    empty = standings(make_board([made], supervision))
    assert (empty.telling, empty.chosen, empty.overall) == ((), None, {})
    assert [entry.name for entry in empty.entries("dsprites")][-1] == "random_codes"


def test_a_default_that_won_is_one_row_and_one_rank():
    trials = [t for t in tuned("vae", 0.4, 0.3) if not (t["seed"] and t["param.method.lr"] == 1e-2)]
    trials += [trial("rodi", seed, mig=0.6 + 0.001 * seed) for seed in range(1, 6)]
    made = standings(make_board([run(trials, searches=[search("vae")])], supervision))
    assert [entry.name for entry in made.entries("shapes")] == ["rodi", "vae"]
    assert [entry.name for entry in made.ranked()] == ["rodi", "vae"]
    assert made.default_won(made.board.entries["vae"], "shapes")
    of = made.of["shapes", "mig"]
    assert of["vae"].rank == of["vae, default"].rank
    assert (of["vae"].rank.value, of["vae"].tied) == (2, False)


def test_a_search_without_any_score_chose_nothing():
    """Its default is confirmed, and is not called the best that was found."""
    nowhere = float("nan")
    lost = [trial("rodi", 0, lr=lr, mig=nowhere, scored_on="validation") for lr in (1e-3, 1e-2)]
    fresh = [trial("rodi", seed, mig=nowhere, mse=0.1 + 0.001 * seed) for seed in range(1, 6)]
    trials = [*tuned("vae", 0.4, 0.3), *lost, *fresh]
    searches = [search("vae"), search("rodi", confirm=5)]
    made = standings(make_board([run(trials, searches=searches)], supervision))
    of_rodi = [entry for entry in made.board.entries.values() if entry.method == "rodi"]
    assert [entry.name for entry in of_rodi] == ["rodi, default"]
    assert not made.default_won(of_rodi[0], "shapes")
    said = "No configuration of rodi on shapes has a value of mig: nothing was chosen"
    assert [note for note in made.board.notes if note.startswith(said)]
