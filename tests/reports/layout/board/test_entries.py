"""Which entries a run directory gives: tuned, default, and every configuration of a plain sweep."""

import json
from pathlib import Path

import numpy as np
import pytest

from reports.layout.board import make_board, read_board
from reports.layout.board.board import no_more_than
from tests.reports.helpers.boards import run, search, trial, tuned

FIXTURES = Path(__file__).parents[3] / "fixtures" / "schema_1"


def test_a_tuned_method_stands_beside_its_default():
    board = make_board([run(tuned("vae", 0.3, 0.4), searches=[search("vae")])])
    assert {e.name: e.variant for e in board.entries.values()} == {
        "vae, default": "default",
        "vae": "tuned",
    }
    assert board.entries["vae"].configuration["method.lr"] == 1e-2
    assert board.entries["vae, default"].configuration["method.lr"] == 1e-3
    assert len(board.trials) == 10
    assert (len(board.tuning), set(board.tuning["entry"])) == (2, {"vae"})
    assert board.scores("shapes", "mig").shape == (2, 5)
    assert any("best of 2 configurations" in note for note in board.notes)


def test_a_default_that_won_stands_for_both():
    trials = [t for t in tuned("vae", 0.4, 0.3) if not (t["seed"] and t["param.method.lr"] == 1e-2)]
    board = make_board([run(trials, searches=[search("vae")])])
    both = board.scores("shapes", "mig")
    assert sorted(both.index) == ["vae", "vae, default"]
    np.testing.assert_array_equal(both.loc["vae"], both.loc["vae, default"])
    assert board.trials["trial_id"].nunique() == 5
    assert board.repeated("shapes") == {"vae, default": "vae"}
    other = make_board([run(tuned("vae", 0.3, 0.4), searches=[search("vae")])])
    assert other.repeated("shapes") == {}


def test_before_the_search_has_ended_nothing_is_called_tuned():
    trials = [t for t in tuned("vae", 0.4, 0.3) if not (t["seed"] and t["param.method.lr"] == 1e-2)]
    board = make_board([run(trials, searches=[search("vae", trials=20)])])
    assert list(board.entries) == ["vae, default"]


def test_a_run_that_confirms_plans_the_default_alone_only_where_it_won():
    trials = [t for t in tuned("vae", 0.4, 0.3) if not (t["seed"] and t["param.method.lr"] == 1e-2)]
    of_search = search("vae", trials=20, confirm=5)
    assert "vae" in make_board([run(trials, searches=[of_search])]).entries
    elsewhere = [t for t in trials if t["seed"]]
    tuning = [t for t in trials if not t["seed"]]
    board = make_board([run(tuning, searches=[of_search]), run(elsewhere, "runs/two")])
    assert list(board.entries) == ["vae, default"], "another run's trials say nothing of its choice"


def test_what_a_search_chose_before_it_went_on_is_left_out():
    later = [trial("vae", 0, lr=5e-3, mig=0.6, scored_on="validation")]
    later += [trial("vae", s, lr=5e-3, mig=0.2) for s in range(10, 15)]
    of_search = search("vae", trials=3, confirm=5)
    board = make_board([run(tuned("vae", 0.3, 0.4) + later, searches=[of_search])])
    assert board.entries["vae"].configuration["method.lr"] == 5e-3
    assert sorted(board.entries) == ["vae", "vae, default"]
    assert any(note.startswith("5 trials of vae left out") for note in board.notes)


def test_each_run_is_asked_what_its_own_searches_chose():
    """One confirms its search; of another's the trials on the test split are in a run apart."""
    first = run(tuned("vae", 0.3, 0.4), searches=[search("vae", confirm=5)])
    trials = tuned("rodi", 0.3, 0.4) + [trial("rodi", s, lr=5e-3) for s in range(3)]
    tuning = [t for t in trials if not t["seed"] and t["param.scale.scored_on"] == "validation"]
    rest = [t for t in trials if t not in tuning]
    others = run(tuning, "b", searches=[search("rodi")]), run(rest, "c")
    board = make_board([first, *others])
    assert {e.name: e.configuration["method.lr"] for e in board.entries.values()} == {
        "vae, default": 1e-3,
        "vae": 1e-2,
        "rodi, default": 1e-3,
        "rodi": 1e-2,
        "rodi, not tuned": 5e-3,
    }


def test_what_is_scored_where_it_was_searched_is_not_called_tuned():
    """The best of many on the test split is flattered; each configuration is an entry."""
    tried = [trial("vae", s, lr=lr, mig=50 * lr) for lr in (1e-3, 1e-2) for s in range(3)]
    of_search = search("vae")
    of_search["base"]["scale"]["scored_on"] = "test"
    board = make_board([run(tried, searches=[of_search, search("rodi")])])
    assert list(board.entries) == ["vae, lr=0.001", "vae, lr=0.01"]


def test_constraints_have_a_part_in_the_choice():
    of_search = {**search("vae"), "constraints": ["mse <= 0.2"]}
    trials = tuned("vae", 0.3, 0.4)
    trials[1]["metric.mse"] = 0.3
    board = make_board([run(trials, searches=[of_search])])
    assert board.repeated("shapes") == {"vae, default": "vae"}, "the better one breaks it"


def test_a_plain_sweep_has_an_entry_a_configuration():
    trials = [trial("vae", s, beta=b) for b in (1, 4) for s in range(3)]
    trials += [trial("rodi", s) for s in range(3)]
    trials += [trial("rodi", s, "sprites", d=8) for s in range(3)]
    board = make_board([run(trials)])
    assert list(board.entries) == ["vae, beta=1", "vae, beta=4", "rodi"]
    assert board.entries["rodi"].on["sprites"]["method.d"] == 8
    assert "method.d" not in board.entries["rodi"].configuration
    assert any("Nothing was tuned" in note for note in board.notes)


def test_references_are_not_ranked_and_supervision_is_asked_for():
    trials = [trial(m, s) for m in ("oracle_codes", "dvae") for s in range(3)]
    trials += [trial("part", s, options={"label_fraction": 0.1}) for s in range(3)]

    def told(method, configuration):
        return "partial" if configuration.get("dataset.label_fraction", 1) < 1 else "labels"

    board = make_board([run(trials)], told)
    assert board.ranked == ("dvae", "part")
    assert board.entries["oracle_codes"].reference
    assert [e.supervision for e in board.entries.values()] == ["labels", "labels", "partial"]
    assert make_board([run(trials)]).entries["dvae"].supervision == "?"
    assert board.entries["part"].comparable, (
        "a fraction of labels is supervision, not another split"
    )


def test_guesses_of_poses_are_levels_and_not_ranked():
    trials = [trial(m, s) for m in ("mean_pose", "nearest_pose", "semix") for s in range(3)]
    board = make_board([run(trials)])
    assert board.ranked == ("semix",)
    assert [entry.reference for entry in board.entries.values()] == [True, True, False]


def test_metrics_are_those_with_a_direction_and_a_value():
    trials = [{**trial("vae", s), "metric.mse": np.nan} for s in range(3)]
    board = make_board([run(trials)])
    assert [m.name for m in board.metrics] == ["mig"]
    assert (board.metrics[0].bounds, board.metrics[0].perfect) == ((0, 1), 1)


def test_a_diverged_trial_is_the_worst_and_a_failed_one_is_none():
    statuses = ["ok", "diverged", "failed", "missing"]
    trials = [trial("vae", s, status=status) for s, status in enumerate(statuses)]
    trials += [trial("rodi", s, mse=0.2) for s in range(4)]
    board = make_board([run(trials)])
    nan = np.nan
    np.testing.assert_array_equal(board.scores("shapes", "mse").loc["vae"], [0.1, nan, nan, nan])
    contest = board.contest("mse")["shapes"]
    np.testing.assert_array_equal(contest, [[-0.1, -np.inf, nan, nan], [-0.2] * 4])


def test_a_metric_that_a_method_does_not_report_is_no_divergence():
    trials = [{**trial("vae", s), "metric.mse": np.nan} for s in range(3)]
    trials += [trial("vae", 3, status="diverged"), *(trial("rodi", s) for s in range(4))]
    board = make_board([run(trials)])
    assert np.isnan(board.contest("mse")["shapes"][0]).all()
    assert np.isneginf(board.contest("mig")["shapes"][0, 3])


@pytest.mark.parametrize("name", sorted(p.name for p in FIXTURES.iterdir() if p.is_dir()))
def test_runs_of_an_earlier_version_are_read(name):
    board = read_board([FIXTURES / name])
    assert board.entries
    assert not len(board.tuning), "what older runs scored is the test split"
    expected = json.loads((FIXTURES / "expected.json").read_text())
    assert expected
    assert board.trials["entry"].notna().all()


def test_supervision_is_a_partial_order():
    pairs = [("none", "pairs"), ("none", "labels"), ("partial", "labels"), ("labels", "labels")]
    assert all(no_more_than(*pair) for pair in pairs)
    assert not any(no_more_than(b, a) for a, b in pairs[:3])
    assert not no_more_than("pairs", "labels")
    assert not no_more_than("labels", "pairs")
    assert not no_more_than("?", "labels")
