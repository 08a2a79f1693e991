"""Declarations of differences: every file, its search spaces, and mistakes in one."""

import json
from pathlib import Path

import pytest

from harness.config.schema import TrialConfig
from harness.config.search_spaces import load_space, space_files
from harness.config.sweep import resolve
from harness.config.trials import trial_from_dict
from harness.errors import UserError
from harness.metrics.registry import known_keys
from reports.claims.differing import declared, differing, read
from reports.claims.measure import Measure, level_text
from reports.claims.switches import _flat, _on
from tests.reports.helpers.differences import one_at_a_time, vitae

GOOD = """
spaces: [my_space]
source: Somebody 2020, Table 1
quote: a is better than b
where: section 4
code: somebody/code
switches:
  wide: {says: a width, source: net.py, ours: {method.d: 2}, released: {method.d: 8}}
measure: {factor: method.kind, subject: a, metric: mse, at_least: 0, higher: false}
"""


@pytest.mark.parametrize("name", declared())
def test_every_file_names_spaces_and_metrics_that_there_are(name: str) -> None:
    for of in declared()[name]:
        assert set(of.spaces) <= set(space_files())
        assert {of.measure.metric, *of.measure.beside} <= known_keys().keys()
        assert of.not_tried, "what was left out belongs to what was not found"
        for space in of.spaces:
            assert load_space(space).report == "differences"
            assert differing(space) == declared()[name]


@pytest.mark.parametrize("scale", ["smoke", "small", "paper"])
def test_the_ablation_of_vitae_is_one_switch_at_a_time(scale: str) -> None:
    """On from ours and off from the released setting; the other space is all of them on."""
    of = vitae()
    trials = resolve(["space=vitae_stability_ablation", f"scale={scale}", "seeds=1"]).trials
    sets = [_on(_config(trial), of) for trial in trials]
    assert None not in sets, "every trial is in one of the two settings of each switch"
    assert set(sets) == set(one_at_a_time(of))
    assert {sets.count(on) for on in sets} == {3 * 5}
    released = resolve(["space=vitae_stability_released", f"scale={scale}", "seeds=1"]).trials
    ids = {t.trial_id for t, on in zip(trials, sets, strict=True) if on == of.everything}
    assert {trial.trial_id for trial in released} == ids, "so that they need not be run twice"
    levels = {str(trial.hyperparameters.transform) for trial in trials}
    assert of.measure.subject in levels
    assert scale in of.measure.beyond


@pytest.mark.parametrize("scale", ["smoke", "small", "paper"])
def test_the_spaces_of_rodi_are_one_switch_at_a_time(scale: str) -> None:
    """From ours at no cost for networks and images, and around the released setting at its size."""
    of = declared()["rodi_table_1"][0]
    assert of.measure.rivals + declared()["rodi_table_1"][1].measure.rivals == ["a", "c", "b"]
    none, all_on = frozenset[str](), of.everything
    one = {name: frozenset([name]) for name in of.switches}
    neither = {"pace", "estimator"}
    assert set(of.switches) - all_on == neither
    cheap = {none, *one.values()} - {one["network"]}
    cheap |= {one["start"] | one["pace"], all_on - {"network", "image"}}
    large = {all_on, none, one["network"], *(all_on - {name} for name in all_on)}
    large |= {all_on | {name} for name in neither}
    expected = {"rodi_differences": cheap, "rodi_differences_released": large}
    assert expected.keys() == set(of.spaces)
    for space, sets in expected.items():
        trials = resolve([f"space={space}", f"scale={scale}", "seeds=1"]).trials
        found = [_on(_config(trial), of) for trial in trials]
        assert set(found) == sets
        assert {found.count(on) for on in found} == {4}, "a, b, c and e, each once"


def test_ours_at_length_is_the_budget_of_our_runs_of_table_1() -> None:
    lengths = {
        trial.scale.epochs * (trial.scale.train_limit or 0) // trial.scale.batch_size
        for trial in resolve(["space=rodi_differences", "scale=small", "seeds=1"]).trials
    }
    assert lengths == {1280, 5920}


@pytest.mark.parametrize("scale", ["smoke", "small", "paper"])
def test_the_switches_of_dvae_are_one_at_a_time(scale: str) -> None:
    of = declared()["dvae_beta_d"][0]
    trials = resolve(["space=dvae_differences", f"scale={scale}", "seeds=1"]).trials
    sets = [_on(_config(trial), of) for trial in trials]
    assert None not in sets, "every trial is in one of the two settings of each switch"
    assert set(sets) == set(one_at_a_time(of))
    levels = {str(trial.hyperparameters.d) for trial in trials}
    assert of.measure.subject == max(levels, key=int), "more d, more of the error"
    assert of.measure.sign == 1
    assert {sets.count(on) for on in sets} == {len(levels)}


def test_a_trial_of_before_the_switches_of_dvae_has_them_off() -> None:
    """Its configuration lacks what was added since."""
    of = declared()["dvae_beta_d"][0]
    trial = resolve(["space=dvae_differences", "scale=small", "seeds=1"]).trials[0]
    flat = _config(trial)
    for path in ("method.widening", "method.beta_at_d", "method.embedding_statistics"):
        del flat[path]
    del flat["dataset.tested"]
    assert _on(flat, of) == frozenset()


def test_what_is_on_stays_so_when_a_configuration_is_read_again() -> None:
    of = vitae()
    trial = resolve(["space=vitae_stability_released", "seeds=1"]).trials[0]
    assert _on(_config(trial_from_dict(trial.as_dict())), of) == of.everything


def _config(trial: TrialConfig) -> dict[str, object]:
    return _flat(json.dumps(trial.as_dict()))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("quote:", "quite:", "quite"),
        ("released: {method.d: 8}", "released: {method.e: 8}", "values of the same paths"),
        ("released: {method.d: 8}", "released: {method.d: 2}", "method.d has one value in both"),
        ("factor: method.kind", "factor: method.d", "method.d is a factor of the measure"),
        ("at_least: 0", "at_least: -1", "0 or more"),
        ("at_least: 0", "at_least: 0, along: method.lr", "along and beyond go together"),
        ("at_least: 0", "at_least: 0, rivals: [b, a]", "a is the subject, and no rival of itself"),
        ("at_least: 0", "at_least: 0, beside: [mse]", "mse decides: it is not beside itself"),
        (
            "at_least: 0",
            "at_least: 0, beside: [x], along: method.lr, beyond: {small: 1}",
            "it goes with no factor along",
        ),
        ("released: {method.d: 8}", "neither: {method.d: 2}", "method.d has one value in both"),
        ("released: {method.d: 8}", "", "one of released and neither"),
        ("ours:", "neither: {method.d: 9}, ours:", "one of released and neither"),
        ("quote:", "statements: []\nquote:", "a list of one or more"),
        ("quote:", "statements: [{quote: c}]\nquote:", "quote is of a statement and of all"),
        (
            "switches:\n",
            "switches:\n  also: {says: '', source: '', ours: {method.d: 1}, released: "
            "{method.d: 3}}\n",
            "two switches set method.d",
        ),
    ],
)
def test_a_mistake_names_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(GOOD)
    (of,) = read(path)
    assert of.everything == {"wide"}
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(UserError, match=message) as caught:
        read(path)
    assert "bad.yaml" in str(caught.value)


def test_statements_of_one_file_share_what_they_do_not_say(tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    own = "statements: [{quote: first, where: page 1}, {quote: second, where: page 2}]"
    shared = "\n".join(line for line in GOOD.splitlines() if line[:5] not in ("quote", "where"))
    path.write_text(f"{shared}\n{own}\n")
    first, second = read(path)
    assert (first.quote, second.quote) == ("first", "second")
    assert first.switches == second.switches
    path.write_text(path.read_text().replace("quote: second", "quite: second"))
    with pytest.raises(UserError, match=r"two\.yaml.*1\.quite: "):
        read(path)


def test_a_set_of_switches_is_called_by_the_setting_it_is_nearer_to() -> None:
    of = vitae()
    assert of.label(frozenset()) == "ours"
    assert of.label(of.everything) == "released"
    assert of.label(frozenset(["order", "slope"])) == "ours + slope + order"
    assert of.label(of.everything - {"slope"}) == "released − slope"


def test_a_declaration_of_ones_own_lies_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake in it is of no concern to other search spaces."""
    monkeypatch.chdir(tmp_path)
    assert differing("my_space") == []
    (tmp_path / "differences").mkdir()
    own = tmp_path / "differences" / "mine.yaml"
    own.write_text(GOOD)
    assert [of.quote for of in differing("my_space")] == ["a is better than b"]
    own.write_text(GOOD.replace("at_least", "at_leest"))
    with pytest.raises(UserError, match=r"mine\.yaml: .*measure.at_leest: Unexpected keyword"):
        differing("my_space")
    assert differing("dvae_differences") == declared()["dvae_beta_d"]


@pytest.mark.parametrize("value", ["8", "8.0", 8, 8.0])
def test_a_level_is_the_same_however_it_is_written(value: object) -> None:
    assert level_text(value) == "8"
    assert Measure("method.d", value, "mse", 0.0).subject == "8"  # type: ignore[arg-type]
    assert [level_text(each) for each in ("e", "1e-4", 0.5, True)] == ["e", "0.0001", "0.5", "True"]
