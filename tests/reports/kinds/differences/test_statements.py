"""Several statements on one page of the report on differences, and what stands beside a measure."""

from dataclasses import replace

import pytest

from tests.reports.helpers.reading_html import undrawn_report
from tests.reports.helpers.table_1 import statements, table_1

LEAKS = frozenset({"estimator"})


def metrics(on, variant) -> dict[str, float]:
    """Everywhere e reconstructs best of a, c and e; b fails at swaps where T is overpowered."""
    fails = variant == "b" and on == LEAKS
    return {
        "pair_mse": {"a": 0.05, "b": 0.02, "c": 0.04, "e": 0.03}[variant],
        "triplet_mse": 0.09 if fails else 0.02 if variant == "b" else 0.03,
        "i_t_prime": 0.9 if variant == "b" else 0.12,
        "i_eval": 0.9 if variant == "b" else 0.12,
        "factors_from_pose": 0.95 if fails else 0.4,
        "factors_from_appearance": 0.97,
    }


def test_each_statement_has_its_own_rivals_and_what_stands_beside_it(tmp_path) -> None:
    document = undrawn_report(table_1(metrics), tmp_path)
    words = document.words
    for of in statements():
        assert of.quote in words
    assert words.count("Further differences, which") == 1, "the settings are those of both"
    assert "trials are left out" not in words, "those of the other statement's rivals are not"
    assert "test pair MSE of each seed" in words
    assert "with the sign turned, as less is better" in words
    first, second = (document.csv(f"sets-{place}").set_index("setting") for place in (1, 2))
    assert set(first["verdict"]) == {"holds"}
    assert [name for name in ("over_a", "over_b", "over_c") if name in first] == [
        "over_a",
        "over_c",
    ]
    assert second["verdict"].to_dict() == {
        "ours": "does not hold",
        "ours + start": "does not hold",
        "ours + estimator": "holds",
        "ours + start + pace": "does not hold",
    }
    assert second.loc["ours + estimator", "over_b"] == pytest.approx(0.06, abs=0.003)
    beside = document.csv("beside-2").set_index("setting")
    assert beside.loc["ours + estimator", "factors_from_pose_b"] == pytest.approx(0.95, abs=0.02)
    assert beside.loc["ours", "factors_from_pose_b"] == pytest.approx(0.4, abs=0.01)
    assert beside.loc["ours", "factors_from_pose_b_n"] == 5
    assert all(n == 1 for n in document.ids.values())


def test_what_is_of_neither_setting_is_said_to_be(tmp_path) -> None:
    document = undrawn_report(table_1(metrics), tmp_path)
    assert "as ours; tried:" in document.words
    settings = document.csv("settings").set_index("switch")
    assert settings.loc["estimator", "released"] == "{'method.t_updates': 1}"
    assert settings.loc["estimator", "on"] == "{'method.t_updates': 3}"
    assert settings.loc["start", "released"] == settings.loc["start", "on"]


def of_variants(wanted: str):
    made = table_1(metrics)
    plan = made.plan[made.plan["param.method.variant"].isin([*wanted])]
    kept = made.trials[made.trials["trial_id"].isin(plan["trial_id"])]
    return replace(made, plan=plan, trials=kept)


def test_a_statement_does_not_hold_without_a_trial_of_each_rival(tmp_path) -> None:
    """Of a there is none: that e is better than c is not that it is the best."""
    document = undrawn_report(of_variants("bce"), tmp_path)
    first = document.csv("sets-1").set_index("setting")
    assert set(first["verdict"]) == {"no seed of a"}
    assert "Undecided: no trial here is of a, which the statement is about" in document.words
    assert (first["over_c"] > 0).all()


def test_one_rival_refutes_without_the_others(tmp_path) -> None:
    def better(on, variant) -> dict[str, float]:
        return metrics(on, variant) | ({"pair_mse": 0.01} if variant == "c" else {})

    made = table_1(better)
    plan = made.plan[made.plan["param.method.variant"] != "a"]
    kept = made.trials[made.trials["trial_id"].isin(plan["trial_id"])]
    document = undrawn_report(replace(made, plan=plan, trials=kept), tmp_path)
    first = document.csv("sets-1").set_index("setting")
    assert set(first["verdict"]) == {"does not hold"}
    assert "none of the 4 sets of switches that were tried shows it. Margins" in document.words
    assert "Tried: 4 of the 256 sets of 8 switches, with 5 seeds" in document.words
