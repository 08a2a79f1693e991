"""What a search space may declare for its ablation report."""

from pathlib import Path

import pytest

from harness.config.sweep import resolve
from harness.errors import UserError
from harness.planning import describe_sweep

SWEPT = """
title: T
report: ablation
fixed: {method: beta_vae}
sweep: {method.beta: "choice(1,4)"}
"""


def resolved(tmp_path: Path, declared: str, *arguments: str):
    path = tmp_path / "mine.yaml"
    path.write_text(SWEPT + declared)
    return resolve([f"space={path}", "scale=smoke", *arguments])


def test_what_is_declared_is_kept_with_the_sweep(tmp_path: Path) -> None:
    sweep = resolved(
        tmp_path,
        "baseline: {method.beta: 4}\nconstraints: ['mse <= method.beta + 2e-2']\n"
        "effects_on: [kl]\n",
    )
    told = describe_sweep(sweep, "unbraid sweep ...")
    assert told["baseline"] == {"method.beta": 4}
    assert told["constraints"] == ["mse <= method.beta + 2e-2"]
    assert told["effects_on"] == ["kl"]
    nothing = describe_sweep(resolve(["method=vae"]), "")
    assert (nothing["baseline"], nothing["constraints"]) == ({}, [])


def test_one_scale_has_a_grid_and_a_baseline_of_its_own(tmp_path: Path) -> None:
    declared = (
        "baseline: {method.beta: 4}\n"
        "at_scale: {smoke: {method.beta: 'choice(1,2)', baseline: {method.beta: 2}}}\n"
    )
    for scale, values, baseline in (("smoke", [1, 2], 2), ("small", [1, 4], 4)):
        sweep = resolved(tmp_path, declared, f"scale={scale}")
        assert sweep.swept == {"method.beta": values}
        assert describe_sweep(sweep, "")["baseline"] == {"method.beta": baseline}


def test_a_number_without_a_point_is_a_number(tmp_path: Path) -> None:
    """YAML takes 1e-4 for text, and Hydra, which reads what is swept, for a number."""
    sweep = resolved(tmp_path, "baseline: {method.beta: 1e-4}\n", "method.beta=choice(1e-4,1)")
    assert describe_sweep(sweep, "")["baseline"] == {"method.beta": 1e-4}


def test_a_bound_is_a_number_or_a_hyperparameter(tmp_path: Path) -> None:
    for text in ("mse <= 0.05", "elbo>=-150.5 - 1", "mse <= 5e-2", "kl >= method.beta - .5"):
        resolved(tmp_path, f"constraints: ['{text}']\n")


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("baseline: {method.bta: 4}", "'method.beta'"),
        ("baseline: {method.d: 4}", "does not sweep 'method.d'"),
        ("at_scale: {smoke: {baseline: {method.d: 4}}}", "does not sweep 'method.d'"),
        ("at_scale: {smoke: {baseline: 4}}", "as keys and values"),
        ("constraints: ['mse < 0.05']", "cannot read 'mse < 0.05'"),
        ("constraints: ['mse <= 0.05 + method.beta']", "cannot read"),
        ("constraints: ['mze <= 0.05']", "'mse'"),
        ("constraints: ['mse <= method.betta']", "'method.beta'"),
        ("effects_on: [mze]", "'mse'"),
    ],
)
def test_mistakes_are_named_before_anything_starts(
    tmp_path: Path, declared: str, said: str
) -> None:
    with pytest.raises(UserError, match="search space 'mine'") as caught:
        resolved(tmp_path, declared)
    assert said in str(caught.value)


def test_a_narrower_sweep_may_leave_the_baseline_out(tmp_path: Path) -> None:
    sweep = resolved(tmp_path, "baseline: {method.beta: 4}\n", "method.beta=choice(1,2)")
    assert sweep.swept == {"method.beta": [1, 2]}
