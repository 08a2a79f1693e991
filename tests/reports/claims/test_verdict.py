import numpy as np
import pytest

from reports.analysis.group_comparisons import compare_all
from reports.claims.published import published
from reports.claims.stability import TESTS
from reports.claims.table import gather
from reports.claims.verdict import verdict
from reports.kinds.stability import curve_level, family_of
from reports.layout.curves import read_curves
from reports.layout.grid import lay_out
from reports.layout.profiles import profiles
from tests.reports.helpers.synthetic import TRANSFORMS, Sweep, results, without

SAME = dict.fromkeys(TRANSFORMS, -150.0)
EQUAL = {
    "final": SAME,
    "diverges_at": dict.fromkeys(TRANSFORMS, 1e-2),
    "epochs_to_climb": dict.fromkeys(TRANSFORMS, 10.0),
    "noise": dict.fromkeys(TRANSFORMS, 1.0),
}


def evidence_of(made):
    grid, known = lay_out(made), published("vitae_stability")
    found = profiles(grid)
    level, _ = curve_level(found, known)
    family = family_of(grid, found, known.subject)
    return gather(known, grid, found, read_curves(made.curves), level, family=family)


def verdicts(sweep, generator_seed=0):
    evidence = evidence_of(results(sweep, generator_seed))
    return {name: verdict(test.against_each(evidence)) for name, test in TESTS.items()}


def swapped(values):
    """Give the subject's number to a rival and the rival's to the subject."""
    return {**values, "affine": values["affine_diffeo"], "affine_diffeo": values["affine"]}


def test_every_statement_of_the_paper_has_a_test():
    assert {statement.test for statement in published("vitae_stability").statements} == set(TESTS)


def test_a_clear_winner_holds():
    assert set(verdicts(Sweep()).values()) == {"holds"}


def test_a_clear_loser_does_not_hold():
    made = Sweep()
    loser = Sweep(
        final=swapped(made.final),
        diverges_at=swapped(made.diverges_at),
        epochs_to_climb=swapped(made.epochs_to_climb),
        noise=swapped(made.noise),
    )
    assert set(verdicts(loser).values()) == {"does not hold"}


def test_equals_are_not_told_apart():
    found = verdicts(Sweep(**EQUAL))
    assert found["higher_rates"] == "does not hold"  # it was said to be higher, and is the same
    assert {found[name] for name in TESTS if name != "higher_rates"} == {"undecided"}


def test_equals_are_told_apart_no_more_often_than_allowed():
    """Holm keeps the chance of any wrong claim, here of "does not hold", below 5 % a statement."""
    sweep = Sweep(**EQUAL, rates=(1e-4, 1e-3), epochs=30)
    evidences = [evidence_of(results(sweep, seed)) for seed in range(40)]
    for name in ("tighter_bound", "faster_convergence", "steadier_training"):
        wrong = sum(verdict(TESTS[name].against_each(e)) != "undecided" for e in evidences)
        # With a chance of 0.05, 8 or more of 40 happen once in 1400 times.
        assert wrong < 8, name


def test_two_seeds_decide_nothing():
    assert set(verdicts(Sweep(seeds=2)).values()) == {"undecided"}


def test_three_seeds_show_a_divergence_that_never_fails():
    """3/3 against 0/3: Newcombe's interval excludes 0; 1/3 against 0/3: it does not."""
    made = results(Sweep(seeds=3, rates=(1e-4, 1e-3, 1e-2)))
    higher = TESTS["higher_rates"].against_each
    assert verdict(higher(evidence_of(made))) == "holds"
    rows = made.trials["param.method.lr"].eq(1e-2) & made.trials["seed"].gt(0)
    made.trials.loc[rows, "status"] = "ok"
    made.trials.loc[rows, "metric.elbo"] = -150.0
    assert verdict(higher(evidence_of(made))) == "undecided"


def test_a_handful_of_evaluations_tells_no_speed():
    found = verdicts(Sweep(epochs=8))
    assert (found["faster_convergence"], found["steadier_training"]) == ("undecided", "undecided")


def test_a_grid_without_divergence_cannot_tell_who_diverges_first():
    found = verdicts(Sweep(diverges_at=dict.fromkeys(TRANSFORMS, 1.0)))
    assert found["higher_rates"] == "undecided"


def test_less_than_a_step_higher_is_not_much_higher():
    rates = (1e-4, 1e-3, 3e-3)
    at = {"affine": 3e-3, "affine_decomp": 3e-3, "affine_diffeo": 1.0}
    assert verdicts(Sweep(rates=rates, diverges_at=at))["higher_rates"] == "undecided"


def test_missing_trials_are_not_taken_for_divergence():
    made = results()
    rates = made.trials["param.method.lr"] >= 1e-2
    gone = made.trials[rates & (made.trials["status"] == "diverged")]
    evidence = evidence_of(without(made, gone["trial_id"].tolist()))
    assert verdict(TESTS["higher_rates"].against_each(evidence)) == "undecided"


def test_steadiness_needs_no_more_divergence():
    at = {"affine": 1.0, "affine_decomp": 1.0, "affine_diffeo": 1e-2}
    assert verdicts(Sweep(diverges_at=at))["steadier_training"] == "undecided"


def test_curves_are_compared_at_the_papers_rate_or_the_smallest_common_one():
    known = published("vitae_stability")
    usual = profiles(lay_out(results()))
    assert curve_level(usual, known)[0] == 1e-4
    at = {"affine": 1.0, "affine_decomp": 1.0, "affine_diffeo": 1.0}
    others = profiles(lay_out(results(Sweep(rates=(1e-3, 1e-2), diverges_at=at))))
    level, why = curve_level(others, known)
    assert level == 1e-3
    assert "smallest" in why


def test_numbers_name_every_rival_and_n():
    evidence = evidence_of(results())
    for name in ("tighter_bound", "faster_convergence", "steadier_training"):
        said = [against.numbers for against in TESTS[name].against_each(evidence)]
        assert [text.split(":")[0] for text in said] == ["against affine", "against affine_decomp"]
        assert all("n = 5" in text for text in said)


@pytest.mark.parametrize("change", ["another factor", "no subject"])
def test_what_the_statements_are_not_about_is_said(change):
    made = results()
    if change == "another factor":
        made.sweep["swept"]["method.beta"] = [1.0, 4.0]
        for frame in (made.plan, made.trials):
            frame["param.method.beta"] = np.where(frame["seed"] % 2, 1.0, 4.0)
        assert "method.beta" in evidence_of(made)
    else:
        for frame in (made.plan, made.trials):
            renamed = frame["param.method.transform"].replace("affine_diffeo", "cpab")
            frame["param.method.transform"] = renamed
        assert "affine_diffeo" in evidence_of(made)


def test_comparisons_agree_with_brute_force():
    made = results()
    grid = lay_out(made)
    by_group = profiles(grid)
    family = family_of(grid, by_group, None)
    found = {(c.a, c.b): c for c in compare_all(grid, by_group, family)}
    comparison = found["affine_diffeo", "affine"]
    table = made.trials.pivot_table(
        index="seed", columns=["param.method.transform", "param.method.lr"], values="metric.elbo"
    )
    best = {name: table[name].mean().idxmax() for name in ("affine", "affine_diffeo")}
    gaps = table["affine_diffeo", best["affine_diffeo"]] - table["affine", best["affine"]]
    assert comparison.at_best.difference.value == pytest.approx(gaps.mean())
    common = table["affine_diffeo"][[1e-4, 1e-3]] - table["affine"][[1e-4, 1e-3]]
    assert comparison.at_common.value == pytest.approx(common.to_numpy().mean())
    assert comparison.levels == (1e-4, 1e-3)
    assert (comparison.at_common.n, comparison.at_best.difference.n) == (10, 5)
    # It is better where both finish, and alone where the other diverges: all 4 x 5 + 4 x 5 count.
    assert (comparison.wins.value, comparison.wins.n) == (1, 40)
