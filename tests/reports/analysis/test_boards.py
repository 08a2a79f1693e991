"""Who is best, bold and tied on a board, by supervision; how trials ended."""

import numpy as np

from reports.analysis.boards import endings, standing, standings
from reports.layout.board import make_board
from tests.reports.helpers.boards import run, trial

SUPERVISION = {"vae": "none", "vitae": "none", "rodi": "pairs", "part": "partial", "dvae": "labels"}


def board_of(scores, seeds=5, noise=0.01, **more):
    """A board of methods with these mean scores, each seed with noise of its own."""
    rng = np.random.default_rng(0)
    trials = [
        trial(method, s, mig=mean + noise * rng.standard_normal(), **more.get(method, {}))
        for method, mean in scores.items()
        for s in range(seeds)
    ]
    return make_board([run(trials)], lambda method, _: SUPERVISION.get(method, "?"))


def test_no_method_is_bold_over_one_with_less_supervision():
    board = board_of({"vae": 0.4, "vitae": 0.3, "rodi": 0.35, "part": 0.5, "dvae": 0.6})
    found = standing(board, "shapes", "mig")
    assert found.best == {
        "vae": "vae",
        "vitae": "vae",
        "rodi": "vae",
        "part": "part",
        "dvae": "dvae",
    }
    assert found.bold == {"vae", "part", "dvae"}
    assert found.against_best("vae") is None
    assert found.against_best("vitae").sign == -1
    # vae with vitae and rodi; part with vae and vitae; dvae with vae, vitae and part.
    assert found.family.size == 7, "one family, and nothing is tested twice"


def test_what_is_not_shown_to_be_worse_is_bold_and_tied():
    board = board_of({"vae": 0.400, "vitae": 0.399, "rodi": 0.2})
    found = standing(board, "shapes", "mig")
    assert found.bold == {"vae", "vitae"}
    assert found.tied("vae") == found.tied("vitae") == ("vae", "vitae")
    assert standing(board_of({"vae": 0.4, "vitae": 0.2}), "shapes", "mig").tied("vae") == ()


def test_less_is_better_where_the_metric_says_so():
    board = board_of({"vae": 0.4, "vitae": 0.3})
    board.trials["metric.mse"] = np.where(
        board.trials["entry"] == "vae", 0.1, 0.2
    ) + 0.001 * board.trials["seed"].astype(float)
    assert standing(board, "shapes", "mse").bold == {"vae"}


def test_too_few_seeds_make_nobody_bold():
    assert standing(board_of({"vae": 0.4, "vitae": 0.2}, seeds=2), "shapes", "mig").bold == set()


def test_unknown_supervision_must_stand_against_all_and_stands_against_nobody():
    board = board_of({"vae": 0.4, "mine.Method": 0.5, "dvae": 0.6})
    found = standing(board, "shapes", "mig")
    assert found.best["mine.Method"] == "dvae"
    assert found.bold == {"vae", "dvae"}


def test_another_budget_is_neither_best_nor_bold():
    more = {"vitae": {"scale": {"epochs": 400}}}
    board = board_of({"vae": 0.4, "rodi": 0.3, "vitae": 0.9}, **more)
    found = standing(board, "shapes", "mig")
    assert found.bold == {"vae"}
    assert found.best["vitae [epochs 400]"] == "vae"


def test_a_method_that_diverged_is_not_the_best():
    trials = [trial("vae", s, mig=0.9, status="ok" if s else "diverged") for s in range(5)]
    trials += [trial("vitae", s, mig=0.5 + 0.001 * s) for s in range(5)]
    found = standing(make_board([run(trials)], lambda *_: "none"), "shapes", "mig")
    assert found.best == {"vae": "vitae", "vitae": "vitae"}
    assert found.bold == {"vitae"}


def test_references_are_in_no_comparison():
    found = standing(board_of({"oracle_codes": 1.0, "vae": 0.4}), "shapes", "mig")
    assert set(found.best) == {"vae"}
    assert "oracle_codes" in found.scores.values


def test_every_dataset_and_metric_has_a_family_of_its_own():
    trials = [trial(m, s, d, mig=0.1 * s) for m in ("vae", "rodi") for d in "ab" for s in range(3)]
    found = standings(make_board([run(trials)]))
    assert set(found) == {(d, m) for d in "ab" for m in ("mig", "mse")}
    assert all(each.family.size <= 1 for each in found.values())


def test_endings_count_every_planned_trial():
    statuses = ["ok", "ok", "diverged", "failed", "missing"]
    board = make_board([run([trial("vae", s, status=each) for s, each in enumerate(statuses)])])
    row = endings(board).loc[("shapes", "vae")]
    assert row.to_dict() == {
        "planned": 5, "ok": 2, "diverged": 1, "pruned": 0, "failed": 1, "missing": 1
    }  # fmt: skip
