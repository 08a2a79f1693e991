"""What methods learn from beside images, as leaderboards name it."""

import pytest

from harness.methods import supervision


@pytest.mark.parametrize(
    ("method", "configuration", "expected"),
    [
        ("vae", {}, "none"),
        ("c_vitae", {"dataset.label_fraction": 0.1}, "none"),
        ("rodi", {}, "pairs"),
        ("dvae_pose", {}, "labels"),
        ("dvae_pose", {"dataset.label_fraction": 1.0}, "labels"),
        ("dvae_pose", {"dataset.label_fraction": 0.1}, "partial"),
        ("no_such_method", {}, "?"),
        ("no_such_module.Method", {}, "?"),
    ],
)
def test_supervision_follows_from_what_a_method_declares(method, configuration, expected):
    assert supervision(method, configuration) == expected
