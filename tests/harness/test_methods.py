"""What methods learn from beside images, as leaderboards name it."""

import pytest

from harness.methods import METHODS, declaration, kept_supervision, supervision


@pytest.mark.parametrize(
    ("method", "configuration", "expected"),
    [
        ("vae", {}, "none"),
        ("c_vitae", {"dataset.label_fraction": 0.1}, "none"),
        ("rodi", {}, "pairs"),
        ("aign_inpaint", {}, "none"),
        ("aign_inpaint", {"dataset.label_fraction": 0.1}, "none"),
        ("semix", {}, "partial"),
        ("semix", {"dataset.label_fraction": 1.0}, "labels"),
        ("dvae_pose", {}, "labels"),
        ("dvae_pose", {"dataset.label_fraction": 1.0}, "labels"),
        ("dvae_pose", {"dataset.label_fraction": 0.1}, "partial"),
        ("no_such_method", {}, "?"),
        ("no_such_module.Method", {}, "?"),
    ],
)
def test_supervision_follows_from_what_a_method_declares(method, configuration, expected):
    assert supervision(method, configuration) == expected


@pytest.mark.parametrize("method", METHODS.paths())
def test_it_is_what_the_list_of_methods_says(method):
    assert supervision(method, {}) == declaration(method).supervision


def test_a_run_says_it_of_what_cannot_be_loaded_unless_runs_disagree():
    sweeps = [{"supervision": {"gone.A": "pairs", "gone.B": "none", "vae": "pairs"}}, {}]
    kept = kept_supervision([*sweeps, {"supervision": {"gone.B": "pairs", "gone.C": "all"}}])
    assert [supervision(f"gone.{x}", {}, kept) for x in "ABC"] == ["pairs", "?", "?"]
    assert supervision("vae", {}, kept) == "none"
    kept = kept_supervision([{"supervision": {"gone.D": "labels"}}])
    assert supervision("gone.D", {"dataset.label_fraction": 0.1}, kept) == "partial"
