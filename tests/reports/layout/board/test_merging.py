"""Several run directories on one board: what is one trial, and what is marked, not averaged."""

import dataclasses

import numpy as np
import pytest

from harness.errors import UserError
from harness.results import Columns, RunDirectory, TrialRecord
from reports.layout.board import make_board, read_board
from reports.layout.board.merging import run_labels
from tests.reports.helpers.boards import ENV, run, search, trial, tuned

THREE = range(3)


def test_the_same_trial_twice_is_one_trial():
    mine = [trial("vae", s, mig=0.1 * s) for s in range(4)]
    board = make_board([run(mine[:3]), run(mine[1:], "elsewhere/two")])
    assert len(board.trials) == 4
    assert not board.trials["conflict"].any()
    assert any(note.startswith("2 trials found in several") for note in board.notes)
    assert board.scores("shapes", "mig").loc["vae"].tolist() == pytest.approx([0, 0.1, 0.2, 0.3])


def test_the_same_trial_with_another_result_is_marked():
    mine = [trial("vae", s) for s in THREE]
    other = [{**mine[0], "metric.mig": 0.4, "env.torch": "2.12.0"}, *mine[1:]]
    board = make_board([run(mine), run(other, "runs/two")])
    assert board.trials["conflict"].tolist() == [True, False, False]
    assert board.scores("shapes", "mig").loc["vae", 0] == 0.5, "the first directory's counts"
    (note,) = [n for n in board.notes if "different results" in n]
    assert mine[0]["trial_id"] in note
    assert "20 %" in note


def test_a_trial_that_ended_well_counts_before_one_that_did_not():
    well, ill = trial("vae", 0), trial("vae", 0, status="failed")
    missing = trial("vae", 0, status="missing")
    board = make_board([run([ill]), run([missing], "b"), run([well], "c")])
    assert board.trials["status"].tolist() == ["ok"]
    assert not board.trials["conflict"].any()


@pytest.mark.parametrize(
    ("changed", "mark"),
    [
        ({"scale": {"epochs": 80}}, "epochs 80"),
        ({"scale": {"train_limit": 6000}}, "training images 6000"),
        ({"scale": {"test_limit": 100}}, "test images 100"),
        ({"scale": {"budget": "study"}}, "evaluation budget study"),
        ({"options": {"size": 32}}, "size 32"),
    ],
)
def test_another_budget_or_split_is_another_entry(changed, mark):
    usual = [trial("vae", s) for s in range(5)]
    other = [trial("vae", s, **changed) for s in THREE]
    board = make_board([run(usual), run(other, "runs/two")])
    assert list(board.entries) == ["vae", f"vae [{mark}]"]
    marked = board.entries[f"vae [{mark}]"]
    assert (marked.marks, marked.comparable) == ((mark,), False)
    assert board.entries["vae"].comparable
    assert any(f"vae [{mark}] differs" in note for note in board.notes)
    assert board.scores("shapes", "mig").notna().sum(axis=1).tolist() == [5, 3]


def test_other_data_are_another_entry():
    usual = [trial("vae", s) for s in range(5)]
    real = [{**trial("vae", s, beta=1), "data_source": "real"} for s in THREE]
    board = make_board([run(usual), run(real, "runs/two")])
    assert [e for e in board.entries if "data real" in e]


@pytest.mark.parametrize(
    ("column", "value", "mark"),
    [
        ("env.torch", "2.12.0", "torch 2.12.0"),
        ("env.scikit_learn", "1.5.0", "scikit-learn 1.5.0"),
        ("env.unbraid", "0.2.0", "unbraid 0.2.0"),
        ("env.git_commit", "0" * 40, "commit 0000000"),
    ],
)
def test_another_version_is_another_entry_that_can_be_compared(column, value, mark):
    usual = [trial("vae", s) for s in range(7)]
    other = [trial("vae", s, env={column: value}) for s in range(7, 10)]
    alone = [trial("rodi", s, env={column: value}) for s in THREE]
    board = make_board([run(usual), run(other + alone, "runs/two")])
    assert list(board.entries) == ["vae", f"vae [{mark}]", "rodi"]
    assert board.entries["rodi"].marks == (mark,), "marked, though its name need not say so"
    assert all(entry.comparable for entry in board.entries.values())


def test_what_an_older_run_does_not_say_is_no_difference():
    older = [
        {k: v for k, v in trial("vae", s, scored_on=None).items() if k not in ENV} for s in THREE
    ]
    newer = [trial("vae", s) for s in range(3, 6)]
    board = make_board([run(older), run(newer, "runs/two")])
    assert list(board.entries) == ["vae"]
    assert board.scores("shapes", "mig").shape == (1, 6)


def test_two_searches_that_chose_differently_are_two_entries():
    first = run(tuned("vae", 0.3, 0.4), searches=[search("vae")])
    again = [trial("vae", 0, mig=0.3, scored_on="validation")]
    again += [trial("vae", 0, lr=5e-3, scored_on="validation")]
    again += [trial("vae", s, lr=5e-3) for s in range(20, 25)]
    board = make_board([first, run(again, "runs/two", searches=[search("vae", confirm=5)])])
    assert sorted(board.entries) == ["vae [lr=0.005]", "vae [lr=0.01]", "vae, default"]


def test_unreadable_directories_are_all_named_before_anything_is_drawn(tmp_path):
    (tmp_path / "empty").mkdir()
    broken = written(tmp_path / "broken")
    (broken / "sweep.yaml").write_text("schema_version: [")
    good = written(tmp_path / "good")
    with pytest.raises(UserError, match=r"(?s)2 run directories.*empty.*broken"):
        read_board([good, tmp_path / "empty", broken])
    with pytest.raises(UserError, match=r"^.*empty does not exist or is empty"):
        read_board([good, tmp_path / "empty"])
    with pytest.raises(UserError, match="at least one"):
        read_board([])


def test_directories_are_read_locally_and_by_uri_and_the_same_one_once(tmp_path):
    one, two = written(tmp_path / "one"), written(tmp_path / "two", seeds=range(2, 5))
    board = read_board([one, f"file://{two}"])
    assert len(board.trials) == 5
    assert set(board.trials["run"]) == {"one", "two"}
    assert board.notes[0].startswith("Merged from one (3 trials) and two (3 trials)")
    assert len(read_board([one, str(one)]).trials) == 3


def test_labels_are_as_short_as_tells_runs_apart():
    assert run_labels(["a/x", "b/y/"]) == ["x", "y"]
    assert run_labels(["a/x", "b/x"]) == ["a/x", "b/x"]
    assert run_labels(["x", "x"]) == ["x (1)", "x (2)"]


def test_files_that_were_left_out_are_told_of():
    made = dataclasses.replace(run([trial("vae", 0)]), problems=["trials/part-1: torn; left out"])
    assert "one: trials/part-1: torn; left out" in make_board([made]).notes


def written(folder, seeds=THREE):
    """Write a run directory as workers do."""
    rows = [trial("vae", s) for s in seeds]
    made = run(rows)
    env = {name.removeprefix("env."): str for name in ENV}
    columns = Columns(metrics=["mig", "mse", "kl"], times=("total",), env=env)
    directory = RunDirectory(folder).create(made.sweep, made.plan, columns)
    for each in rows:
        group = {
            part: {k.removeprefix(part): v for k, v in each.items() if k.startswith(part)}
            for part in ("param.", "metric.", "time.", "env.")
        }
        directory.write(
            TrialRecord(
                **{k: each[k] for k in ("trial_id", "status", "method", "dataset", "seed")},
                data_source="procedural",
                params=group["param."],
                metrics={k: float(np.float64(v)) for k, v in group["metric."].items()},
                times=group["time."],
                env=group["env."],
            )
        )
    return folder
