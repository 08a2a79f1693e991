"""What RoDi's paper says of its variants, held against made-up results."""

from itertools import pairwise

import pytest

from harness.metrics.registry import metric_keys
from reports.claims.published import published
from reports.claims.variants import variants_tested
from tests.reports.helpers.ablations import EPSILON, PUBLISHED, rodi
from tests.reports.helpers.findings import findings_of

KNOWN = published("rodi_ablation")


def verdicts(made):
    table = variants_tested(KNOWN, findings_of(made, KNOWN))
    return table.data["verdict"].tolist(), table.data["numbers"].tolist()


def test_the_printed_numbers_are_those_of_table_1():
    assert KNOWN.metrics == ["i_t", "i_t_prime", "pair_mse"]
    assert KNOWN.printed["b"] == [0.1254, 0.8727, 2.9818]
    assert KNOWN.printed["e"] == [0.1225, 0.1201, 3.5279]
    assert list(KNOWN.printed) == list(KNOWN.names) == list("abcde")


def test_of_people_table_2_is_kept():
    known = published("rodi_people")
    assert known.printed == {"b": [34.8, 6.6, 24.6, 25.3], "e": [30.2, 25.4, 23.9, 24.7]}
    assert set(known.metrics) <= set(metric_keys(["reid", "repose"]))


@pytest.mark.parametrize(("space", "n_tested"), [("rodi_ablation", 11), ("rodi_people", 4)])
def test_the_statements_are_true_of_the_printed_numbers(space, n_tested):
    """As far as the table prints what they are about: Table 1 has no error of swaps."""
    known = published(space)
    place = {metric: i for i, metric in enumerate(known.metrics)}
    rows, tested = known.printed, 0
    for statement in known.statements:
        for stated, meets in ((statement.met, True), (statement.broken, False)):
            for metric, variants in stated.items():
                for variant in variants:
                    assert (rows[variant][place[metric]] <= EPSILON) is meets
                    tested += 1
        for metric, tiers in statement.ascending.items():
            if metric in place:
                ends = [[rows[v][place[metric]] for v in tier] for tier in tiers]
                assert all(max(a) < min(b) for a, b in pairwise(ends))
                tested += 1
    assert tested == n_tested


def test_published_means_hold():
    found, numbers = verdicts(rodi())
    assert found == ["holds"] * 7
    assert "a meets I_T′ ≤ ε + 0.02" in numbers[0]
    assert "d breaks I_T′ ≤ ε + 0.02" in numbers[0]
    assert "n = 5" in numbers[1]
    assert "pair MSE of b < a" in numbers[5], "every lower tier against every higher one"


def test_a_leaking_full_model_does_not_hold():
    leaking = {**PUBLISHED, "e": (0.1225, 0.6, 0.0353)}
    found, _ = verdicts(rodi(leaking))
    assert found[0] == "does not hold", "e breaks the constraint"
    assert found[1] == "holds", "its reconstructions are still the best of the three"
    assert found[4] == "does not hold", "d transfers better than e"
    assert found[6] == "does not hold"


def test_a_full_model_that_reconstructs_worst_does_not_hold():
    found, _ = verdicts(rodi({**PUBLISHED, "e": (0.1225, 0.1201, 0.045)}))
    assert (found[0], found[1], found[5]) == ("holds", "does not hold", "does not hold")


def test_equal_variants_are_not_told_apart():
    same = dict.fromkeys("abcde", (0.125, 0.145, 0.035))
    found, _ = verdicts(rodi(same, sd=0.01))
    assert "holds" not in found


@pytest.mark.parametrize("seeds", [1, 2])
def test_fewer_than_three_seeds_show_nothing(seeds):
    assert set(verdicts(rodi(seeds=seeds))[0]) == {"undecided"}


def test_what_cannot_be_tested_says_why():
    made = rodi({variant: PUBLISHED[variant] for variant in "abe"})
    found, numbers = verdicts(made)
    assert found[1] == "undecided"
    assert "c has no value of pair MSE" in numbers[1]
    made = rodi()
    made.sweep["constraints"] = []
    found, numbers = verdicts(made)
    assert found[0] == "undecided"
    assert "declares no constraint on i_t_prime" in numbers[0]
    made = rodi()
    for frame in (made.trials, made.plan):
        frame["param.method.mu"] = frame["seed"] * 0.1
    made.sweep["swept"]["method.mu"] = [0.0, 0.1]
    found, numbers = verdicts(made)
    assert set(found) == {"undecided"}
    assert "varies method.variant, method.mu" in numbers[0]


def test_only_its_own_space_has_these_statements():
    assert published("vitae_stability").statements != KNOWN.statements
    assert published("elsewhere") is None
