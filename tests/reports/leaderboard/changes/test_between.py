"""What changed between two runs: what is better, worse or neither, and what cannot be compared."""

import dataclasses

import numpy as np
import pytest

from reports.layout.board import make_board
from reports.leaderboard import compare
from reports.leaderboard.changes.between import changes_between
from reports.leaderboard.changes.page import changes_page, said
from reports.page.page import render
from reports.stats.estimates import holm, paired_difference
from tests.reports.helpers.leaderboards import leaderboard, supervision
from tests.reports.helpers.reading_html import Document

METHODS = ("vae", "beta_vae", "rodi")


def board(run):
    return make_board([run], supervision)


def made(methods=METHODS, seeds=5, **more):
    return leaderboard(
        methods, ("mannequin",), n_metrics=4, tuned=False, lost=False, seeds=seeds, **more
    )


def moved(run, method, metric, by, seed=0):
    """The same run in which one method's metric is higher, but for a little noise."""
    trials = run.trials.copy()
    rows = trials["method"] == method
    noise = np.random.default_rng(seed).normal(0, abs(by) / 50, int(rows.sum()))
    trials.loc[rows, f"metric.{metric}"] += by + noise
    return dataclasses.replace(run, trials=trials)


def verdicts(changes):
    return {(c.entry, c.outcome.name): c.verdict for c in changes.changes}


def test_a_run_compared_with_itself_has_changed_nothing():
    run = made()
    changes = changes_between(board(run), board(run))
    assert set(verdicts(changes).values()) == {"not significant"}
    assert (changes.only_before, changes.only_after, changes.endings) == ((), (), ())


def test_better_follows_the_direction_of_the_metric():
    run = made()
    after = moved(moved(run, "vae", "mig", 0.1), "rodi", "mse", 1.0)
    found = verdicts(changes_between(board(run), board(after)))
    assert found.pop(("vae", "mig")) == "better"
    assert found.pop(("rodi", "mse")) == "worse"
    assert set(found.values()) == {"not significant"}
    back = verdicts(changes_between(board(after), board(run)))
    assert (back["vae", "mig"], back["rodi", "mse"]) == ("worse", "better")


def test_seeds_are_paired_and_a_family_is_a_metric_of_a_dataset():
    run, other = made(), made(generator_seed=3)
    tables = [board(each).scores("mannequin", "mig") for each in (run, other)]
    expected = [paired_difference((tables[1] - tables[0]).loc[name]) for name in METHODS]
    found = [
        c for c in changes_between(board(run), board(other)).changes if c.outcome.name == "mig"
    ]
    assert [c.difference for c in found] == expected
    assert [c.adjusted for c in found] == pytest.approx(holm([d.p for d in expected]).tolist())
    assert all(c.paired for c in found)


def test_other_seeds_are_compared_unpaired():
    run = made()
    trials = run.trials.assign(seed=run.trials["seed"] + 100)
    plan = run.plan.assign(seed=run.plan["seed"] + 100)
    other = moved(dataclasses.replace(run, trials=trials, plan=plan), "vae", "mig", 0.2)
    changes = changes_between(board(run), board(other))
    assert not any(c.paired for c in changes.changes)
    assert verdicts(changes)["vae", "mig"] == "better"
    assert verdicts(changes)["rodi", "mig"] == "not significant"


def test_two_seeds_show_nothing():
    run = made(seeds=2)
    changes = changes_between(board(run), board(moved(run, "vae", "mig", 0.3)))
    assert set(verdicts(changes).values()) == {"too few seeds"}


def test_what_only_one_has_is_listed():
    changes = changes_between(board(made()), board(made(("vae", "rodi", "c_vitae"))))
    assert changes.only_before == ("beta_vae on mannequin",)
    assert changes.only_after == ("c_vitae on mannequin",)


def test_trials_that_ended_otherwise_are_told():
    run = made()
    trials = run.trials.copy()
    first = trials.index[trials["method"] == "vae"][0]
    trials.loc[first, "status"] = "diverged"
    changes = changes_between(board(run), board(dataclasses.replace(run, trials=trials)))
    assert changes.endings == ("vae on mannequin: 5 of 5 and 4 of 5 trials ended well",)


def test_the_page_says_what_the_table_counts():
    run = made()
    changes = changes_between(board(run), board(moved(run, "vae", "mig", 0.1)))
    document = Document(render(changes_page(changes, "runs/a", "runs/b", ("A note.",))))
    data = document.csv("changes")
    assert (data["verdict"] == "better").sum() == 1
    assert len(data) == len(changes.changes)
    sentence = (
        f"Of {len(data)} scores that both have, B against A: 1 better and {len(data) - 1} not"
    )
    assert sentence in said(changes)
    assert said(changes) in document.words
    for word in ("runs/a", "runs/b", "A note."):
        assert word in document.words


def test_a_note_says_whose_it_is_unless_it_is_of_both(tmp_path):
    one, other = leaderboard(METHODS, ("mannequin",)), leaderboard(METHODS[1:], ("mannequin",))
    notes = [board(each).notes for each in (one, other)]
    assert notes[0] != notes[1]
    compare(one, other, supervision, tmp_path / "page.html")
    words = Document((tmp_path / "page.html").read_text(encoding="utf-8")).words
    for name, mine, its in (("A", notes[0], notes[1]), ("B", notes[1], notes[0])):
        for note in mine:
            assert (f"{name}: {note}" in words) == (note not in its)
            assert words.count(note) == 1
    same = leaderboard(METHODS, ("mannequin",))
    compare(same, same, supervision, tmp_path / "page.html")
    words = Document((tmp_path / "page.html").read_text(encoding="utf-8")).words
    assert notes[0][0] in words
    assert f"A: {notes[0][0]}" not in words


def test_the_numbers_of_a_row_are_of_the_same_seeds():
    changes = changes_between(board(made(seeds=9)), board(made(seeds=4, generator_seed=3))).changes
    assert {change.paired for change in changes} == {True}
    for change in changes:
        assert change.difference.n == change.before.n == change.after.n == 4
        gap = change.after.value - change.before.value
        assert gap == pytest.approx(change.difference.value, abs=1e-12)
