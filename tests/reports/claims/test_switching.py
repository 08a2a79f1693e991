"""Under which switches a statement holds: by hand, and by planted effects."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from reports.claims.differing import Differing
from reports.claims.measure import Measure
from reports.claims.switches import lay_out_switches
from reports.claims.switching import (
    Inquiry,
    _sign,
    best_margin,
    inquire,
    numbers_of,
    survives,
)
from reports.stats.estimates import Difference
from tests.reports.helpers.differences import SURVIVES, USELESS, results, vitae

NONE = frozenset[str]()
EVERYTHING = vitae().everything
MEASURE = vitae().measure


FEW = (NONE, frozenset({"inverse"}), EVERYTHING - {"inverse"}, EVERYTHING)


def outcome_of(reach, **options) -> Inquiry:
    options = {"rates": (1e-3, 1e-2, 3e-2, 1e-1), **options}
    return inquire(lay_out_switches(results(reach, **options), vitae()), vitae())


def alike(on, level, seed) -> float:
    """As found here: all three end at one rate."""
    return 3e-2


def inverse_decides(on, level, seed) -> float:
    """The subject keeps a learning rate of 0.1 if the inverse is released; others never do."""
    if level != "affine_diffeo":
        return 1e-2 if "inverse" in on else 3e-2
    return 1e-1 if "inverse" in on else 3e-2


def two_decide(on, level, seed) -> float:
    far = {"inverse", "order"} <= on
    return 1e-1 if far and level == "affine_diffeo" else 1e-3 if far else 1e-2


def test_nothing_holds_where_all_come_equally_far() -> None:
    tests = outcome_of(alike)
    assert not tests.holding
    assert {tried.verdict for tried in tests.tried} == {"does not hold"}
    assert all(effect.margin.value == 0 for effect in tests.effects)
    assert len(tests.tried) == 14
    assert len(tests.effects) == 12


def test_the_switch_that_decides_is_the_smallest_set() -> None:
    tests = outcome_of(inverse_decides)
    (smallest,) = tests.smallest
    assert smallest.on == {"inverse"}
    assert smallest.n == 5
    assert {margin.value for margin in smallest.margins.values()} == {1.0}
    assert {tried.on for tried in tests.holding} == {t.on for t in tests.tried if "inverse" in t.on}
    effects = {(e.switch, e.base): e for e in tests.effects}
    for base in ("ours", "released"):
        decisive = effects["inverse", base]
        assert decisive.margin.value == pytest.approx(1.0)
        assert decisive.levels["affine_diffeo"].value == pytest.approx(np.log10(1e-1 / 3e-2))
        assert decisive.levels["affine"].value == pytest.approx(np.log10(1e-2 / 3e-2))
        assert decisive.adjusted < 0.05
    assert effects["order", "ours"].margin.value == 0


def test_two_switches_that_must_come_together_are_found_among_the_larger_sets() -> None:
    tests = outcome_of(two_decide)
    assert {tried.on for tried in tests.smallest} == {
        EVERYTHING - {name} for name in EVERYTHING - {"inverse", "order"}
    }
    effects = {(e.switch, e.base): e.margin.value for e in tests.effects}
    assert effects["inverse", "ours"] == 0
    assert effects["inverse", "released"] == pytest.approx(2.0)


def test_half_a_decade_is_not_much_higher() -> None:
    """The interval lies below what is needed, although the difference is shown."""
    tests = outcome_of(
        lambda on, level, seed: 3e-2 if level == "affine_diffeo" else 1e-2, sets=[NONE]
    )
    tried = tests.of(NONE)
    assert tried.margins["affine"].value == pytest.approx(np.log10(3))
    assert tried.verdict == "does not hold"


def test_one_rival_that_comes_as_far_is_enough_to_refute() -> None:
    def reach(on, level, seed) -> float:
        return 1e-3 if level == "affine" else 1e-1

    inquiry = outcome_of(reach, sets=[NONE])
    tried = inquiry.of(NONE)
    assert tried.margins["affine"].value == pytest.approx(2.0)
    assert tried.margins["affine_decomp"].value == 0
    assert best_margin(tried, inquiry).tolist() == [0.0] * 5, (
        "the best rival is the one that counts"
    )
    assert tried.verdict == "does not hold"


def test_seeds_that_disagree_leave_it_undecided() -> None:
    def reach(on, level, seed) -> float:
        return 1e-1 if level == "affine_diffeo" else (1e-3 if seed < 3 else 1e-1)

    assert outcome_of(reach, sets=[NONE]).of(NONE).verdict == "undecided"


def test_fewer_than_five_seeds_decide_nothing() -> None:
    tests = outcome_of(inverse_decides, seeds=4, sets=FEW)
    assert {tried.verdict for tried in tests.tried} == {"undecided"}
    assert outcome_of(inverse_decides, seeds=5, sets=FEW).holding


def cell(*trials: tuple[float, str, float], seed: int = 0) -> pd.DataFrame:
    rows = [{"seed": seed, "x": x, "status": s, "value": v, "scale": "small"} for x, s, v in trials]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("trials", "reach"),
    [
        ([(1e-3, "ok", SURVIVES), (1e-2, "ok", SURVIVES), (1e-1, "diverged", np.nan)], 1e-2),
        # too slow to have learned anything is no end
        ([(1e-3, "ok", USELESS), (1e-2, "ok", SURVIVES), (1e-1, "ok", SURVIVES)], 1e-1),
        # useless without diverging is no survival either
        ([(1e-3, "ok", SURVIVES), (1e-2, "ok", USELESS), (1e-1, "ok", USELESS)], 1e-3),
        # beyond the first that diverges nothing counts
        ([(1e-3, "ok", SURVIVES), (1e-2, "diverged", np.nan), (1e-1, "ok", SURVIVES)], 1e-3),
        # nowhere: a decade below the least
        ([(1e-3, "diverged", np.nan), (1e-2, "ok", SURVIVES)], 1e-4),
    ],
)
def test_how_far_a_seed_comes(trials, reach: float) -> None:
    (number,) = numbers_of(cell(*trials), MEASURE)
    assert 10**number == pytest.approx(reach)


@pytest.mark.parametrize("status", ["missing", "failed", "pruned"])
def test_a_seed_whose_trials_have_not_all_ended_is_not_known(status: str) -> None:
    trials = cell((1e-3, "ok", SURVIVES), (1e-2, status, np.nan))
    assert numbers_of(trials, MEASURE).empty
    both = pd.concat([trials, cell((1e-3, "ok", SURVIVES), (1e-2, "ok", SURVIVES), seed=1)])
    assert [*numbers_of(both, MEASURE).index] == [1]


def test_what_must_be_exceeded_is_that_of_the_scale() -> None:
    rows = cell((1e-3, "ok", -225.0)), cell((1e-3, "ok", -225.0)).assign(scale="paper")
    assert survives(pd.concat(rows), MEASURE).tolist() == [False, True]
    assert not survives(rows[0].assign(scale="another"), MEASURE).any()


def test_a_metric_itself_can_be_measured_and_less_may_be_better() -> None:
    measure = Measure("method.transform", "affine_diffeo", "elbo", 5.0, "nats", higher=False)
    rows = pd.DataFrame({"seed": [0, 1, 2], "status": ["ok", "ok", "diverged"], "value": [1, 2, 3]})
    assert numbers_of(rows, measure).to_dict() == {0: 1.0, 1: 2.0}
    of = replace(vitae(), measure=measure)
    made = results(alike, sets=FEW, rates=(1e-3,), slow_below=0.0)
    diffeo = made.trials["param.method.transform"] == "affine_diffeo"
    made.trials["metric.elbo"] = np.where(diffeo, 10.0, 20.0) + made.trials["seed"]
    tests = inquire(lay_out_switches(made, of), of)
    assert {tried.verdict for tried in tests.tried} == {"holds"}
    assert best_margin(tests.tried[0], tests).tolist() == [10.0] * 5


@pytest.mark.parametrize(
    ("ends", "p", "sign"),
    [
        ((1.2, 0.9, 1.5), 0.01, 1),
        ((1.2, 0.9, 1.5), 0.06, 0),  # of many tests one comes out by chance
        ((0.9, 0.4, 1.4), 0.01, 0),
        ((0.5, 0.1, 0.99), 0.01, -1),
        ((1.0, 1.0, 1.0), 0.0, 1),
        ((0.0, 0.0, 0.0), 1.0, -1),
    ],
)
def test_the_verdict_on_one_margin(ends, p: float, sign: int) -> None:
    assert _sign({"rival": Difference(*ends, 5, p)}, {"rival": p}, MEASURE) == sign


def test_trials_of_neither_setting_or_another_budget_are_left_out() -> None:
    made = results(alike, sets=FEW)
    configs = [json.loads(config) for config in made.plan["config"]]
    configs[0]["method"]["inverse"] = "published"
    configs[1]["scale"]["epochs"] = 17
    made.plan["config"] = [json.dumps(config) for config in configs]
    switched = lay_out_switches(made, vitae())
    assert switched.left_out == 2
    assert len(switched.rows) == len(made.trials) - 2
    assert switched.told["scale.epochs"] == 16
    assert switched.sets[0] == NONE
    assert switched.sets[-1] == EVERYTHING
    assert switched.levels[0] == MEASURE.subject


def test_an_option_that_an_earlier_version_lacked_is_off() -> None:
    made = results(alike, sets=[NONE])
    configs = [json.loads(config) for config in made.plan["config"]]
    for config in configs:
        del config["method"]["exponential"], config["scale"]["shuffle"]
    made.plan["config"] = [json.dumps(config) for config in configs]
    switched = lay_out_switches(made, vitae())
    assert switched.left_out == 0
    assert switched.sets == (NONE,)


def test_named_rivals_are_the_only_ones_and_what_is_beside_decides_nothing() -> None:
    """By hand: 10 less than one rival, 3 more than the other, of which nobody asked."""
    measure = Measure("method.transform", "affine_diffeo", "elbo", 0.0, higher=False)
    measure = replace(measure, rivals=["affine"], beside=["triplet_mse"])
    of = replace(vitae(), measure=measure)
    made = results(alike, sets=FEW, rates=(1e-3,), slow_below=0.0)
    level, seed = made.trials["param.method.transform"], made.trials["seed"]
    values = {"affine_diffeo": 10.0, "affine": 20.0, "affine_decomp": 7.0}
    made.trials["metric.elbo"] = level.map(values) + seed
    made.trials["metric.triplet_mse"] = level.map({"affine_diffeo": 1.0, "affine": 4.0}) * seed
    switched = lay_out_switches(made, of)
    assert switched.levels == ("affine_diffeo", "affine")
    assert switched.left_out == 0, "what the statement is not about is not left out"
    tests = inquire(switched, of)
    assert {tried.verdict for tried in tests.tried} == {"holds"}
    for tried in tests.tried:
        assert {name: margin.value for name, margin in tried.margins.items()} == {"affine": 10.0}
        beside = tried.beside["triplet_mse"]
        assert beside["affine"].tolist() == [0.0, 4.0, 8.0, 12.0, 16.0]
        assert beside["affine_diffeo"].mean() == 2.0
    both = inquire(lay_out_switches(made, every := with_all(of)), every)
    assert {tried.verdict for tried in both.tried} == {"does not hold"}


def with_all(of: Differing) -> Differing:
    return replace(of, measure=replace(of.measure, rivals=[]))


def test_a_switch_of_neither_setting_is_tried_from_both() -> None:
    """It is off in the released setting, and on from there in what comes after."""
    order = replace(vitae().switches["order"], released={}, neither={"scale.shuffle": False})
    of = replace(vitae(), switches={**vitae().switches, "order": order})
    released = EVERYTHING - {"order"}
    assert of.everything == released
    assert of.label(released) == "released"
    assert of.label(EVERYTHING) == "released + order"
    assert of.label(EVERYTHING - {"slope"}) == "released − slope + order"
    assert of.label(frozenset({"order"})) == "ours + order"

    def reach(on, level, seed) -> float:
        return 1e-1 if level == "affine_diffeo" and "order" in on else 1e-2

    sets = (NONE, frozenset({"order"}), released, EVERYTHING)
    tests = inquire(lay_out_switches(results(reach, sets=sets), of), of)
    effects = {(e.switch, e.base): e.margin.value for e in tests.effects}
    assert effects == {("order", "ours"): 1.0, ("order", "released"): 1.0}


def test_a_rival_that_was_tried_at_fewer_rates_is_not_compared() -> None:
    """How far it comes is not known; of the rates that it was given it survives the largest."""
    made = results(alike, sets=[NONE], rates=(1e-3, 1e-2, 3e-2, 1e-1))
    lr, level = made.trials["param.method.lr"], made.trials["param.method.transform"]
    kept = made.trials[(level == "affine_diffeo") | (lr <= 1e-3)]
    few = replace(made, trials=kept, plan=made.plan[made.plan["trial_id"].isin(kept["trial_id"])])
    tried = inquire(lay_out_switches(few, vitae()), vitae()).of(NONE)
    assert tried.verdict == "undecided"
    assert tried.n == 0
    assert tried.lacking == ["affine", "affine_decomp"]
