"""The report on differences: what it says, of whole, partial, small and strange runs."""

from dataclasses import replace

import pytest

import reports
from harness.errors import UserError
from harness.results import Results
from reports.claims.switches import lay_out_switches
from reports.layout.merged import merge
from tests.reports.helpers.differences import results, vitae
from tests.reports.helpers.reading_html import report, undrawn_report

NOTHING_HELPS = "The statement was not found to hold"


EVERYTHING = vitae().everything
FEW = [frozenset(), frozenset({"inverse"}), EVERYTHING - {"inverse"}, EVERYTHING]
"""Sets of switches in which one is tried both ways; the whole of them is built once."""


def few(reach, **options) -> Results:
    return results(reach, sets=FEW, rates=(1e-3, 1e-2, 1e-1), **options)


def alike(on, level, seed) -> float:
    return 3e-2


def inverse_decides(on, level, seed) -> float:
    return 1e-1 if level == "affine_diffeo" and "inverse" in on else 1e-2


def without(made: Results, which) -> Results:
    gone = made.trials.loc[which(made.trials), "trial_id"]
    return replace(made, trials=made.trials[~made.trials["trial_id"].isin(gone)])


def test_the_page_has_the_statement_settings_effects_sets_and_what_was_not_tried(tmp_path) -> None:
    document = report(results(inverse_decides), tmp_path)
    words = document.words
    of = vitae()
    assert of.quote in words
    assert all(name in words for name in of.switches)
    assert all(text[:40] in words for text in of.not_tried)
    assert "The statement holds under ours + inverse (1 switch on;" in words
    assert "It also holds under 6 larger sets." in words
    assert "Tried: 14 of the 64 sets of 6 switches, with 5 seeds; 1,050 of 1,050 trials" in words
    assert "Shown to change the margin over the best rival: inverse, from ours" in words
    sets = document.csv("sets").set_index("setting")
    assert sets.loc["ours + inverse", "verdict"] == "holds"
    assert sets.loc["released − inverse", "verdict"] == "does not hold"
    assert sets.loc["released", "over_affine"] == pytest.approx(1.0)
    effects = document.csv("effects").set_index(["switch", "base"])
    assert effects.loc[("inverse", "released"), "margin"] == pytest.approx(1.0)
    assert effects.loc[("order", "ours"), "margin_n"] == 5
    assert len(document.csv("margins")) == 14 * 2 * 5
    survivors = document.csv("survivors").set_index(["setting", "level"])
    assert survivors.loc[("ours", "affine"), "survived 0.01"] == 5
    assert survivors.loc[("ours", "affine"), "diverged 0.03"] == 5
    assert survivors.loc[("ours", "affine"), "survived 0.0001"] == 0, "not diverged, but useless"


def slope_is_for_all(on, level, seed) -> float:
    return 1e-1 if "slope" in on and (level != "affine" or seed) else 1e-2


@pytest.mark.parametrize("reach", [slope_is_for_all, inverse_decides])
def test_what_changes_all_levels_is_told(reach, tmp_path) -> None:
    """One seed of one level stays as it is: the interval of its mean is beyond 0 all the same."""
    sets = [frozenset(), frozenset({"slope"}), frozenset({"inverse"})]
    made = results(reach, sets=sets, rates=(1e-3, 1e-2, 1e-1))
    words = undrawn_report(made, tmp_path).words
    told = "All levels change one way with slope, from ours: "
    assert (told in words) == ("All levels" in words) == (reach is slope_is_for_all)


def test_it_says_that_nothing_was_found_with_what_was_tried(tmp_path) -> None:
    words = undrawn_report(few(alike), tmp_path).words
    assert f"{NOTHING_HELPS}: none of the 4 sets of switches" in words
    assert "No switch that was measured is shown to change the margin" in words
    assert "Not measured was the effect, from ours, of normalisation, widths" in words


def test_of_a_smoke_test_nothing_is_decided(tmp_path) -> None:
    document = undrawn_report(few(inverse_decides, scale="smoke"), tmp_path)
    assert "Not tested at this scale" in document.words
    assert NOTHING_HELPS not in document.words
    assert set(document.csv("sets")["verdict"]) == {"not tested at this scale"}


def one_set() -> Results:
    return results(alike, sets=[vitae().everything], space="vitae_stability_released")


def none_finished() -> Results:
    return without(few(alike), lambda trials: trials["seed"] >= 0)


def one_level() -> Results:
    made = few(alike)
    keep = made.trials["param.method.transform"] == "affine"
    ids = made.trials.loc[keep, "trial_id"]
    return replace(made, trials=made.trials[keep], plan=made.plan[made.plan["trial_id"].isin(ids)])


@pytest.mark.parametrize("odd", [one_set, none_finished, one_level])
def test_odd_runs_have_a_page(odd, tmp_path) -> None:
    words = undrawn_report(odd(), tmp_path).words
    assert NOTHING_HELPS in words or "Undecided: no " in words


def test_seeds_that_are_missing_leave_it_undecided(tmp_path) -> None:
    made = without(few(inverse_decides), lambda trials: trials["seed"] == 4)
    words = undrawn_report(made, tmp_path).words
    assert "Undecided: no set of switches has 5 seeds" in words
    assert "144 of 180 trials" in words


def test_a_run_about_which_nothing_is_declared_is_refused(tmp_path) -> None:
    made = few(alike, space="vitae_mnist")
    with pytest.raises(UserError, match=r"space vitae_mnist differ.*vitae_stability_ablation"):
        reports.build(made, "differences", tmp_path)


def test_a_run_between_none_of_the_settings_is_refused(tmp_path) -> None:
    made = few(alike)
    made.plan["config"] = made.plan["config"].str.replace('"exact"', '"published"')
    made.plan["config"] = made.plan["config"].str.replace('"released"', '"published"')
    with pytest.raises(UserError, match="lies between the two settings"):
        reports.build(made, "differences", tmp_path)


def test_parts_of_a_sweep_are_read_as_one(tmp_path) -> None:
    """A parametrization a run directory, as the space says, and a set in two of them."""
    whole = few(inverse_decides)
    parts = []
    for level in ("affine", "affine_decomp", "affine_diffeo"):
        keep = whole.trials["param.method.transform"] == level
        plan = whole.plan[whole.plan["param.method.transform"] == level]
        parts.append(replace(whole, trials=whole.trials[keep], plan=plan, location=level))
    merged = merge([*parts, parts[0]])
    assert len(merged.trials) == len(whole.trials)
    found = undrawn_report(merged, tmp_path).csv("sets")
    expected = undrawn_report(whole, tmp_path).csv("sets")
    assert found.equals(expected)
    assert merged.location == "affine, affine_decomp, affine_diffeo, affine"


def test_a_trial_that_one_run_has_planned_and_another_finished_is_finished() -> None:
    whole = few(alike)
    merged = merge([without(whole, lambda trials: trials["seed"] == 0), whole])
    assert sorted(merged.trials["trial_id"]) == sorted(whole.trials["trial_id"])
    assert len(merged.plan) == len(whole.plan)
    assert merged.counts["missing"] == 0


def test_a_set_of_which_no_seed_has_ended_was_not_tried(tmp_path) -> None:
    made = few(alike)
    inverse = made.trials["param.method.inverse"] == "released"
    ours = made.trials["param.method.normalise_input"].astype(str).isin(["False", "false"])
    trials = made.trials.assign(status=made.trials["status"].mask(inverse & ours, "missing"))
    document = undrawn_report(replace(made, trials=trials), tmp_path)
    assert (
        f"{NOTHING_HELPS}: none of the 3 sets of switches that were tried shows it. Of 1 more no "
        "seed has ended that could be compared." in document.words
    )
    assert "Tried: 3 of the 64 sets" in document.words
    sets = document.csv("sets").set_index("setting")
    assert sets.loc["ours + inverse", "verdict"] == "no seed to compare"
    assert sets.loc["ours", "verdict"] == "does not hold"


def test_a_level_without_a_trial_is_named_and_nothing_is_claimed_without_it(tmp_path) -> None:
    words = undrawn_report(one_level(), tmp_path).words
    assert (
        "Undecided: no trial here is of affine_diffeo, which the statement is about; there are "
        "trials of affine." in words
    )
    assert "The effect of no switch alone was measured." in words


def test_several_runs_are_headed_by_what_differs_among_them(tmp_path) -> None:
    """Each run holds the inverse fixed: the best mean is of one inverse, and not of both."""
    whole = few(inverse_decides)
    whole.trials["metric.elbo"] += 40.0 * (whole.trials["param.method.inverse"] == "released")
    parts = []
    for inverse in ("exact", "released"):
        keep = whole.trials["param.method.inverse"] == inverse
        plan = whole.plan[whole.plan["param.method.inverse"] == inverse]
        parts.append(replace(whole, trials=whole.trials[keep], plan=plan))
    merged = merge(parts)
    assert merged.sweep["swept"]["method.inverse"] == ["exact", "released"]
    assert merged.sweep["swept"]["method.lr"] == [1e-3, 1e-2, 1e-1]
    words = undrawn_report(merged, tmp_path).words
    assert "The highest mean test ELBO, −110 nats, was reached by affine_diffeo · released" in words


def test_a_declaration_about_what_there_is_not_is_refused() -> None:
    made, of = few(alike), vitae()
    wrong = {
        "measure.factor=method.trans": replace(of.measure, factor="method.trans"),
        "measure.metric=elbow: no trial of .* was scored on it. Did you mean 'elbo'": replace(
            of.measure, metric="elbow"
        ),
        "measure.along=method.rate": replace(of.measure, along="method.rate"),
    }
    for message, measure in wrong.items():
        with pytest.raises(UserError, match=message):
            lay_out_switches(made, replace(of, measure=measure))


def test_a_trial_that_failed_in_one_run_and_ended_in_another_has_ended() -> None:
    whole = few(alike)
    broken = replace(whole, trials=whole.trials.assign(status="failed"))
    for runs in ([broken, whole], [whole, broken]):
        merged = merge(runs)
        assert sorted(merged.trials["status"]) == sorted(whole.trials["status"])
        assert merged.trials["trial_id"].is_unique


def test_a_page_of_smoke_trials_decides_nothing_whatever_the_first_run_was(tmp_path) -> None:
    small = few(inverse_decides, seeds=1)
    gone = replace(small, trials=small.trials[:0], plan=small.plan[:0])
    merged = merge([gone, few(inverse_decides, scale="smoke")])
    assert "Not tested at this scale" in undrawn_report(merged, tmp_path).words


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"name": "small"', '"name": "medium"', "of scale=medium, and the statement is declared"),
        ('"name": "mnist"', '"name": "digits"', "are on digits, .* declared for mnist"),
    ],
)
def test_what_must_be_exceeded_is_known_for_these_images_alone(old, new, message) -> None:
    made = few(alike)
    made.plan["config"] = made.plan["config"].str.replace(old, new)
    with pytest.raises(UserError, match=message):
        lay_out_switches(made, vitae())
