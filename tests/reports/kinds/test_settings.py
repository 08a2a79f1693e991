"""What a header says of hyperparameters that were not swept."""

from types import SimpleNamespace

import pytest

from harness.config.sweep import resolve
from harness.planning import plan_frame
from reports.kinds.shared.settings import settings


def lines(*arguments: str) -> dict[str, str]:
    plan = plan_frame(resolve(list(arguments)).trials)
    return settings(SimpleNamespace(plan=plan))  # type: ignore[arg-type]


@pytest.mark.parametrize(("scale", "first"), [("smoke", "0.1"), ("small", "0.1"), ("paper", "1")])
def test_rodis_say_their_first_weight_and_that_of_variant_d(scale: str, first: str) -> None:
    told = lines("space=rodi_ablation", f"scale={scale}", "seeds=1")["Settings of rodi"].split(", ")
    assert f"γ_0 = {first}" in told
    assert {"γ = 1", "gamma rule = paper", "ε = 0.125"} <= {*told}
    assert not [each for each in told if each.startswith("variant")], "what is swept is in tables"


def test_each_method_has_a_line() -> None:
    told = lines("method=choice(vae,c_vitae)", "dataset=digits", "scale=smoke", "method.d=3")
    assert [*told] == ["Settings of vae", "Settings of c_vitae", "Settings of digits"]
    assert "rotate = 20" in told["Settings of digits"]
    assert "encoder widths = 128×64" in told["Settings of vae"]
    assert "identity offset = false" in told["Settings of c_vitae"]


def test_a_file_that_is_not_asked_for_is_none() -> None:
    told = lines("method=semix_sketch", "dataset=shoes", "scale=smoke")["Settings of semix_sketch"]
    assert "encoder weights = none" in told
    assert {"d_t = 64", "weight of y = 1", "m_max = -1"} <= {*told.split(", ")}
